import { parseOptions, UsageError, usage } from './options.ts';

const say = (line: string): void => console.error(line);

/** Errors whose message tells a person all they need; of others, the stack is wanted. */
const plainErrors = new Set(['PortTakenError', 'NoBrowserError', 'TourError', 'StartError']);

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    console.log(usage);
  } else {
    // Only now: a misspelt option shall not wait for a bundler to load.
    const { runDemo } = await import('./run.ts');
    await runDemo(options, say);
  }
} catch (error) {
  if (error instanceof UsageError) say(`${error.message}\n\n${usage}`);
  else if (error instanceof Error) say(plainErrors.has(error.name) ? error.message : (error.stack ?? error.message));
  else say(String(error));
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
