import { parseOptions, UsageError, usage } from './options.ts';

const say = (line: string): void => console.error(line);

/** Errors whose message is enough for the user. Others are shown with their stack. */
const plainErrors = new Set(['PortTakenError', 'NoBrowserError', 'TourError', 'StartError']);

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    console.log(usage);
  } else {
    // Imported late, so that a misspelled option is reported before the bundler loads.
    const { runDemo } = await import('./run.ts');
    await runDemo(options, say);
  }
} catch (error) {
  if (error instanceof UsageError) say(`${error.message}\n\n${usage}`);
  else if (error instanceof Error) say(plainErrors.has(error.name) ? error.message : (error.stack ?? error.message));
  else say(String(error));
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
