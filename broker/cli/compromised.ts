import { parseArgs } from 'node:util';
import { openReloadableRing } from '../keys/reloadable-ring.ts';
import { createLog } from '../log.ts';
import { type AfterTheft, afterTheft, type Stolen } from '../revocation/after-theft.ts';
import { storeConfigOf } from './config-option.ts';
import { byUsage } from './operator.ts';
import { UsageError } from './usage-error.ts';
import { withStore } from './with-store.ts';

/** What `--help` prints. */
export const usage = `Usage: latchkey compromised <--keys | --database | --both> [--config FILE] [--key ID ...]

  Run it when somebody may have copied the key file, the database, or both. It replaces all keys, ends sessions, writes
  to the audit log, and prints what is left to do. Brokers keep running. Running it again does no harm.

  --keys      the key file: ends the sessions that its keys encrypt
  --database  the database: ends everyone's sessions
  --both      key file and database: ends everyone's sessions
  --key ID    only this encryption key was stolen, such as an old one (may be repeated; default: all in the key file)
  ${byUsage(12)}
`;

/** `latchkey compromised`: works on key file and store, whether or not a broker runs. */
export async function compromised(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      config: { type: 'string' },
      keys: { type: 'boolean', default: false },
      database: { type: 'boolean', default: false },
      both: { type: 'boolean', default: false },
      key: { type: 'string', multiple: true },
      by: { type: 'string' },
    },
  });
  const stolen = stolenOf(values);
  if (!stolen) throw new UsageError('expected --keys, --database or --both: say what may have been copied');
  const config = storeConfigOf(values.config);
  // What was done is told below.
  const log = { ...createLog(process.stderr), info: () => undefined };
  const ring = openReloadableRing(config.keysFile, log);
  const unknown = values.key?.find((kid) => !ring.all.some((key) => key.kid === kid));
  if (unknown !== undefined) {
    process.stderr.write(
      `latchkey: the key file has no key "${unknown}". Run "latchkey keys list" to see its keys. Nothing was changed.\n`,
    );
    return 1;
  }
  return withStore(
    config,
    async (store) => {
      const done = await afterTheft({ config, store, ring, log, now: () => Date.now() }, stolen, values.key);
      process.stdout.write(`${told(done, config.keysFile)}\n\n${leftToDo(stolen, done, config.keysFile)}\n`);
      return done.notRemoved || done.auditProblems.length > 0 ? 1 : 0;
    },
    values.by,
  );
}

/** `--keys --database` is the same as `--both`. */
function stolenOf({ keys, database, both }: { keys: boolean; database: boolean; both: boolean }): Stolen | undefined {
  if (both || (keys && database)) return 'both';
  if (keys) return 'keys';
  return database ? 'database' : undefined;
}

function told(
  { sealing, stolenKeys, signing, ended, auditProblems, notRemoved }: AfterTheft,
  keysFile: string,
): string {
  return [
    'Done:',
    `  encryption key  ${sealing} encrypts now`,
    ...stolenKeys.map(
      (kid) => `                  ${kid} ${notRemoved ? 'is still in' : 'is removed from'} ${keysFile}`,
    ),
    `  signing keys    ${signing.active.map((kid) => `${kid} signs now`).join('\n                  ')}`,
    ...signing.revoked.map((kid) => `                  ${kid} is revoked: no broker signs with it or accepts it`),
    `  ended           ${ended.sessions} browser sessions, ${ended.devices} devices`,
    '  audit log       keys.compromised, keys.revoked, and an entry for each ended session',
    ...auditProblems.map((problem) => `                  ${problem}`),
  ].join('\n');
}

function leftToDo(stolen: Stolen, { auditProblems, notRemoved }: AfterTheft, keysFile: string): string {
  const steps = [
    ...(notRemoved ? [`Remove the stolen keys from ${keysFile}: ${notRemoved.message}.`] : []),
    ...(auditProblems.length > 0
      ? [
          'Somebody has changed the audit log. Compare it with a copy from elsewhere. From now on, "latchkey audit verify" may not tell, because the new key vouches for the log as it is. The entry keys.compromised says what was wrong.',
        ]
      : []),
    'APIs that verify tokens on their own accept the revoked keys until they load /jwks again, which takes them up to ten minutes. Restart them, or call verify.dropKeys() of @latchkey/api. APIs behind a gateway that asks /verify are safe already. Purge /jwks from caches in front of the broker.',
    `If other brokers have a copy of ${keysFile}, replace it there. Until then, they issue no tokens.`,
    `Back up ${keysFile}, apart from the database, and delete old copies.`,
    'A database backup from before now has the revoked keys and the ended sessions. After a restore, run this command again.',
    ...(stolen === 'keys'
      ? []
      : [
          "Change the database's password.",
          'The database names people, their email addresses, and the sites, devices and network addresses they used. Find out whom you have to notify.',
        ]),
    ...(stolen === 'database'
      ? []
      : [
          'If client secrets or other secrets of the configuration were in the same place, replace them at the identity provider.',
        ]),
  ];
  return `Left to do:\n${steps.map((step, index) => `  ${index + 1}. ${step}`).join('\n')}`;
}
