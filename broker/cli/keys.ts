import { parseArgs } from 'node:util';
import type { Config } from '../config/types.ts';
import { openRingOf } from '../keys/reloadable-ring.ts';
import { initRing, type KeyRing } from '../keys/ring.ts';
import { rotateRing } from '../keys/rotate-ring.ts';
import { createLog } from '../log.ts';
import type { Store } from '../store/store.ts';
import { revokeSigningKeys, UnknownKeyError } from '../tokens/revoke-signing-keys.ts';
import { rotateSigningKeys, TooEarlyError } from '../tokens/rotate-signing-keys.ts';
import { storeConfigOf } from './config-option.ts';
import { byUsage } from './operator.ts';
import { subcommandOf } from './subcommand.ts';
import { UsageError } from './usage-error.ts';
import { withStore } from './with-store.ts';

/** What `--help` prints. */
export const usage = `Usage: latchkey keys <init | list | rotate | revoke> [--config FILE]

  keys init --file FILE    create a key file with one new key
  keys list                list encryption keys (with how many rows use each) and signing keys
  keys rotate sealing      add a new encryption key; old keys can still decrypt
  keys rotate signing      switch to the next signing keys
           --force         rotate now; APIs with a cached key set may reject tokens for up to 5 minutes
  keys revoke signing      reject a stolen signing key, and all it has signed, at once on all brokers
           --kid ID        the key (may be repeated)
           --all           all of them, and make new ones

  keys rotate, keys revoke
           ${byUsage(18)}
`;

const subcommands = {
  init: ['file'],
  list: ['config'],
  'rotate sealing': ['config', 'by'],
  'rotate signing': ['config', 'force', 'by'],
  'revoke signing': ['config', 'kid', 'all', 'by'],
} as const;

/** `latchkey keys init | list | rotate | revoke`. */
export async function keys(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: {
      file: { type: 'string' },
      config: { type: 'string' },
      force: { type: 'boolean', default: false },
      kid: { type: 'string', multiple: true },
      all: { type: 'boolean', default: false },
      by: { type: 'string' },
    },
    allowPositionals: true,
  });
  const config = () => storeConfigOf(values.config);
  switch (subcommandOf('keys', positionals, values, subcommands)) {
    case 'init':
      if (values.file === undefined) throw new UsageError('--file FILE is missing: name the key file to create');
      return init(values.file);
    case 'list':
      return withKeys(config(), list);
    case 'rotate sealing':
      return withKeys(config(), rotateSealing, values.by);
    case 'rotate signing':
      return withKeys(config(), (store, ring) => rotateSigning(store, ring, values.force), values.by);
    case 'revoke signing':
      if (values.all === (values.kid !== undefined)) {
        throw new UsageError('expected --kid ID or --all. Run "latchkey keys list" to see the keys');
      }
      return withKeys(config(), (store, ring) => revokeSigning(store, ring, values.kid ?? 'all'), values.by);
  }
}

const say = (line: string) => process.stdout.write(`${line}\n`);

function init(file: string): number {
  const kid = initRing(file, Date.now());
  say(`Created ${file} with key ${kid}. Back it up separately from the database.`);
  return 0;
}

async function rotateSealing(store: Store, { current }: KeyRing, { keysFile }: Config): Promise<number> {
  const kid = rotateRing(keysFile, Date.now());
  await store.appendAudit(
    { type: 'keys.sealing_rotated', detail: { current: kid, previous: current.kid } },
    Date.now(),
  );
  say(`Key ${kid} is now used for encryption. Running brokers use it from now on.`);
  say(
    'Sessions are re-encrypted on their next refresh. Once "latchkey keys list" shows 0 rows for an old key, run "latchkey audit verify", then delete its line.',
  );
  return 0;
}

async function rotateSigning(store: Store, ring: KeyRing, force: boolean): Promise<number> {
  try {
    for (const { alg, active, retired, next } of await rotateSigningKeys({ store, ring }, Date.now(), { force })) {
      say(alg);
      say(`active  ${active}`);
      if (retired !== undefined) say(`retired ${retired}`);
      say(`next    ${next}`);
    }
    return 0;
  } catch (error) {
    if (!(error instanceof TooEarlyError)) throw error;
    process.stderr.write(`latchkey: ${error.message}, or use --force\n`);
    return 1;
  }
}

async function revokeSigning(store: Store, ring: KeyRing, kids: readonly string[] | 'all'): Promise<number> {
  try {
    const { revoked, active, next } = await revokeSigningKeys({ store, ring }, Date.now(), kids);
    for (const kid of revoked) say(`revoked ${kid}`);
    for (const kid of active) say(`active  ${kid}`);
    for (const kid of next) say(`next    ${kid}`);
    say('No broker signs with a revoked key, publishes it or accepts it any more.');
    say(
      'APIs that verify tokens on their own accept revoked keys until they load /jwks again, which takes up to ten minutes.',
    );
    say('Restart them, or call verify.dropKeys() of @latchkey/api.');
    return 0;
  } catch (error) {
    if (!(error instanceof UnknownKeyError)) throw error;
    process.stderr.write(
      `latchkey: ${error.message}. Run "latchkey keys list" to see the keys. Nothing was changed.\n`,
    );
    return 1;
  }
}

async function list(store: Store, ring: KeyRing): Promise<number> {
  const uses = await store.countRingKeys();
  say('encryption keys');
  for (const { kid } of ring.all) {
    say(`  ${kid}  ${uses.get(kid) ?? 0} rows${kid === ring.current.kid ? ', current' : ''}`);
  }
  const missing = [...uses].filter(([kid]) => !ring.all.some((key) => key.kid === kid));
  for (const [kid, rows] of missing) say(`  ${kid}  ${rows} rows, MISSING from the key file: restore it`);
  say('signing keys');
  const signing = await store.listSigningKeys();
  if (signing.length === 0) say('  none yet: the first broker that starts creates them');
  for (const { kid, alg = 'ES256', state, createdAt, notAfter } of signing) {
    const end = notAfter === undefined ? '' : `, until ${new Date(notAfter).toISOString()}`;
    say(`  ${kid}  ${alg} ${state}, since ${new Date(createdAt).toISOString()}${end}`);
  }
  return missing.length === 0 ? 0 : 1;
}

/** For commands that need the key file too. */
const withKeys = (
  config: Config,
  work: (store: Store, ring: KeyRing, config: Config) => Promise<number>,
  by?: string,
): Promise<number> =>
  withStore(
    config,
    async (store) => work(store, await openRingOf(store, config.keysFile, createLog(process.stderr)), config),
    by,
  );
