import { StoreRefusesError, StoreUnavailableError } from '../store/store.ts';
import { audit, usage as auditUsage } from './audit.ts';
import { backup, usage as backupUsage } from './backup.ts';
import { compromised, usage as compromisedUsage } from './compromised.ts';
import { doctor, usage as doctorUsage } from './doctor.ts';
import { extension, usage as extensionUsage } from './extension.ts';
import { init, usage as initUsage } from './init.ts';
import { keys, usage as keysUsage } from './keys.ts';
import { listenFault } from './listen-fault.ts';
import { migrate, usage as migrateUsage } from './migrate.ts';
import { migrateIssuer, usage as migrateIssuerUsage } from './migrate-issuer.ts';
import { joinOpaqueValues } from './opaque-values.ts';
import { openapi, usage as openapiUsage } from './openapi.ts';
import { people, usage as peopleUsage } from './people.ts';
import { policy, usage as policyUsage } from './policy.ts';
import { schema, usage as schemaUsage } from './schema.ts';
import { serve, usage as serveUsage } from './serve.ts';
import { services, usage as servicesUsage } from './services.ts';
import { sessions, usage as sessionsUsage } from './sessions.ts';
import { UsageError } from './usage-error.ts';

interface Command {
  run: (argv: readonly string[]) => Promise<number>;
  /** What `--help` prints. */
  usage: string;
}

const commands: ReadonlyMap<string, Command> = new Map([
  ['init', { run: init, usage: initUsage }],
  ['doctor', { run: doctor, usage: doctorUsage }],
  ['serve', { run: serve, usage: serveUsage }],
  ['migrate', { run: migrate, usage: migrateUsage }],
  ['migrate-issuer', { run: migrateIssuer, usage: migrateIssuerUsage }],
  ['keys', { run: keys, usage: keysUsage }],
  ['compromised', { run: compromised, usage: compromisedUsage }],
  ['backup', { run: backup, usage: backupUsage }],
  ['sessions', { run: sessions, usage: sessionsUsage }],
  ['people', { run: people, usage: peopleUsage }],
  ['audit', { run: audit, usage: auditUsage }],
  ['extension', { run: extension, usage: extensionUsage }],
  ['policy', { run: policy, usage: policyUsage }],
  ['services', { run: services, usage: servicesUsage }],
  ['schema', { run: schema, usage: schemaUsage }],
  ['openapi', { run: openapi, usage: openapiUsage }],
]);

/** What `--help` prints, by command. */
export const usages: ReadonlyMap<string, string> = new Map([...commands].map(([name, { usage }]) => [name, usage]));

/**
 * The operator's commands.
 *
 * @param argv without program and script
 * @returns the exit code: 0 done, 1 failed, 2 wrong use
 */
export async function run([name = '', ...rest]: readonly string[]): Promise<number> {
  const command = commands.get(name);
  if (!command) {
    process.stderr.write(`latchkey: unknown command "${name}". Run "latchkey --help" for the list of commands.\n`);
    return 2;
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(command.usage);
    return 0;
  }
  try {
    return await command.run(joinOpaqueValues(rest));
  } catch (error) {
    if (isUsageError(error)) {
      process.stderr.write(`latchkey ${name}: ${inOneLine(error.message)}\nSee "latchkey ${name} --help".\n`);
      return 2;
    }
    process.stderr.write(`latchkey: ${explain(error)}\n`);
    return 1;
  }
}

const isUsageError = (error: unknown): error is Error =>
  error instanceof UsageError ||
  (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_'));

/** Node's messages have up to three lines, and hints about arguments that begin with a dash, which no command has. */
const inOneLine = (message: string): string =>
  message.replace(/\. To specify a positional argument .*/s, '').replaceAll('\n', ' ');

const ours: ReadonlySet<unknown> = new Set([
  'invalid_config',
  'invalid_keys',
  'invalid_store',
  'missing_store',
  'newer_store',
  'invalid_network',
  'invalid_extension_key',
  'invalid_service_key',
]);

/** Our own errors name cause and cure. For all others, the stack is needed. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (error instanceof StoreRefusesError) return error.message;
  if (error instanceof StoreUnavailableError) {
    return `${error.message}. Start the database, or correct "store" in the configuration.`;
  }
  const address = listenFault(error);
  if (address !== undefined) return address;
  if (ours.has(code)) return error.message;
  if (syscall !== undefined && diskFaults.has(String(code))) return `${error.message}. Free disk space.`;
  return error.stack ?? error.message;
}

const diskFaults: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT']);
