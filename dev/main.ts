import { UsageError } from '../demo/options.ts';
import { parseDevOptions, usage } from './options.ts';
import { runDev } from './run.ts';

/** Errors whose message is enough for the user. Others are shown with their stack. */
const plainErrors = new Set(['PortTakenError', 'StartError', 'SettingsError']);

const say = (line: string): void => void process.stderr.write(`${line}\n`);

try {
  const options = parseDevOptions(process.argv.slice(2));
  if (options === 'help') process.stdout.write(`${usage}\n`);
  else await runDev(options, say);
} catch (error) {
  if (error instanceof UsageError) say(`latchkey dev: ${error.message}\nSee "latchkey dev --help".`);
  else if (error instanceof Error) say(plainErrors.has(error.name) ? error.message : (error.stack ?? error.message));
  else say(String(error));
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
