import { StoreUnavailableError } from '../store/store.ts';
import { audit, usage as auditUsage } from './audit.ts';
import { backup } from './backup.ts';
import { doctor } from './doctor.ts';
import { init, usage as initUsage } from './init.ts';
import { keys, usage as keysUsage } from './keys.ts';
import { migrate } from './migrate.ts';
import { joinOpaqueValues } from './opaque-values.ts';
import { policy, usage as policyUsage } from './policy.ts';
import { schema } from './schema.ts';
import { serve } from './serve.ts';
import { services, usage as servicesUsage } from './services.ts';
import { sessions, usage as sessionsUsage } from './sessions.ts';

const usage = `Usage: latchkey <command> [options]

  init                     create a starter configuration and a key file
  doctor  --config FILE    check configuration, provider and network, and suggest fixes (--json)
  serve   --config FILE    run the broker (default: latchkey.yaml, env: LATCHKEY_CONFIG)
  migrate --config FILE    apply database migrations
  keys <init|list|rotate>  create, list and rotate encryption and signing keys
  backup  --to FILE        back up a SQLite database while the broker runs
  sessions <list|revoke>   list and revoke user sessions and devices
  audit export             export the audit log as JSON Lines
  policy explain           explain an access decision
  services secret          generate a service's secret and its hash
  schema                   print the JSON Schema of the configuration
`;

const commands = new Map([
  ['init', init],
  ['doctor', doctor],
  ['serve', serve],
  ['migrate', migrate],
  ['keys', keys],
  ['backup', backup],
  ['sessions', sessions],
  ['audit', audit],
  ['policy', policy],
  ['services', services],
  ['schema', schema],
]);

/** Of commands that have more to say than their line above. */
const usages = new Map([
  ['init', initUsage],
  ['keys', keysUsage],
  ['sessions', sessionsUsage],
  ['audit', auditUsage],
  ['policy', policyUsage],
  ['services', servicesUsage],
]);

/**
 * The operator's commands.
 *
 * @param argv without program and script
 * @returns the exit code: 0 done, 1 failed, 2 wrong use
 */
export async function run(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  const command = commands.get(name ?? '');
  if (!command) {
    process.stderr.write(
      name === undefined
        ? usage
        : `latchkey: unknown command "${name}". Run "latchkey --help" for the list of commands.\n`,
    );
    return 2;
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(usages.get(name ?? '') ?? usage);
    return 0;
  }
  try {
    return await command(joinOpaqueValues(rest));
  } catch (error) {
    return fail(error);
  }
}

/** Our own errors say cause and cure; of others the stack is needed. */
function fail(error: unknown): number {
  const { code, message, stack } = error as { code?: unknown; message?: string; stack?: string };
  if (code === 'EADDRINUSE') {
    process.stderr.write(
      `latchkey: ${addressOf(error)} is already in use. Stop the other program, or change listen or admin_listen.\n`,
    );
  } else if (error instanceof StoreUnavailableError) {
    process.stderr.write(`latchkey: ${message}. Start the database, or fix "store" in the configuration.\n`);
  } else if (
    code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' ||
    code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL' ||
    code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE'
  ) {
    process.stderr.write(`latchkey: ${message}\n\n${usage}`);
    return 2;
  } else {
    process.stderr.write(
      `latchkey: ${code === 'invalid_config' || code === 'invalid_keys' ? message : (stack ?? message ?? error)}\n`,
    );
  }
  return 1;
}

/** What a listener could not have: `127.0.0.1:8787`. */
const addressOf = (error: unknown): string => {
  const { address, port } = error as { address?: string; port?: number };
  return `${address}:${port}`;
};
