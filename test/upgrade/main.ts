import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { migrations } from '../../broker/store/sql/migrations/migrations.ts';
import { demoUsers } from '../../demo/users.ts';
import { startPostgres } from '../e2e/kit/postgres.ts';
import type { Replica } from '../e2e/kit/replica.ts';
import { type Replicas, type SignedIn, startReplicas } from '../e2e/kit/replicas.ts';
import { laterVersion, upgradeAsLaterRelease } from './later-release.ts';
import { olderBuild } from './older-build.ts';

const usage = `npm run upgrade -- COMMIT

Runs brokers of an older commit and of this source at the same time on one database, SQLite and PostgreSQL, and goes back.
People who signed in at either must get tokens from both, before and after their refresh. Then the database is upgraded
as a release may that is too new for the older one, which must refuse to start, and say why. Needs the Git history.
`;

const [commit, ...more] = process.argv.slice(2);
if (commit === undefined || more.length > 0 || commit.startsWith('-')) {
  process.stdout.write(usage);
  process.exit(commit === '--help' ? 0 : 2);
}

/** Longer than what the provider said is fresh, so that the next token needs a refresh. */
const staleMs = 16_000;
const [ada, grace] = demoUsers;
if (!ada || !grace) throw new Error('the demo has two people');
const older = await olderBuild(commit);
const newer = migrations.map(({ name }) => name).filter((name) => !older.migrations.includes(name));
process.stdout.write(`Migrations that ${commit} doesn't know: ${newer.join(', ') || 'none'}\n`);
/** Builds from before the decision D132 start on no newer database. */
const goesBack = newer.length === 0 || older.migrations.includes('0016-oldest-broker');
try {
  await upgrade('SQLite', undefined);
  const postgres = await startPostgres();
  try {
    await upgrade('PostgreSQL', postgres.url);
  } finally {
    await postgres.close();
  }
} finally {
  await older.close();
}

async function upgrade(name: string, store: string | undefined): Promise<void> {
  const isOld = [true, true];
  const program = (index: number) => (isOld[index] ? older.program : undefined);
  const brokers = await startReplicas({ count: 2, store, program, adjust: withoutNewSettings });
  const [first, second] = brokers.replicas;
  if (!first || !second) throw new Error('there are two brokers');
  const tokens = async (what: string, person: SignedIn, ats: readonly { origin: string }[]) => {
    for (const { origin } of ats) {
      const { status, body } = await person.token(origin);
      told(status === 200, `${name}: ${what}${status === 200 ? '' : `: ${status} ${JSON.stringify(body)}`}`);
    }
  };
  try {
    const before = await brokers.signIn(ada);
    await tokens('the older brokers give a token', before, [first, second]);

    await second.stop('SIGTERM');
    isOld[1] = false;
    await second.start();
    await tokens('older and newer give a token to whoever signed in before', before, [first, second]);
    const meanwhile = await brokers.signIn(grace);
    await tokens('older and newer give a token to whoever signed in meanwhile', meanwhile, [first, second]);
    await sleep(staleMs);
    for (const person of [before, meanwhile]) await tokens('the older one refreshes', person, [first]);
    await sleep(staleMs);
    for (const person of [before, meanwhile]) await tokens('the newer one refreshes', person, [second]);

    await first.stop('SIGTERM');
    const refusal = await refusalOf(brokers, first);
    if (!goesBack) {
      told(
        refusal?.includes('which this version does not know') === true,
        `${name}: it is from before D132: ${refusal}`,
      );
      return;
    }
    told(refusal === undefined, `${name}: the older one starts again on the newer database: ${refusal ?? 'yes'}`);
    if (refusal !== undefined) return;
    await second.stop('SIGTERM');
    await sleep(staleMs);
    for (const person of [before, meanwhile]) await tokens('gone back: the older one alone refreshes', person, [first]);

    await first.stop('SIGTERM');
    await upgradeAsLaterRelease(store ?? `sqlite:${join(brokers.dir, 'latchkey.db')}`);
    const tooOld = await refusalOf(brokers, first);
    const isClear = tooOld?.includes(`run version ${laterVersion} or newer`) && tooOld.includes('newer_store');
    told(isClear === true, `${name}: on a database of ${laterVersion}, the older one says: ${tooOld ?? 'nothing'}`);
  } finally {
    await brokers.close();
  }
}

/** Starts the first broker. @returns the last line of its log if it doesn't start */
async function refusalOf(brokers: Replicas, first: Replica): Promise<string | undefined> {
  const started = await first.start().then(
    () => true,
    () => false,
  );
  if (started) return undefined;
  const log = (await readFile(brokers.logFile(0), 'utf8')).trim().split('\n');
  return log.findLast((line) => !line.startsWith('    at '));
}

/** The demo's settings that the first brokers didn't know, which this needs no more than they did. */
function withoutNewSettings(config: Record<string, unknown>): void {
  const resources = config.resources as Record<string, Record<string, unknown>>;
  for (const resource of Object.values(resources)) delete resource.groups;
}

function told(isWell: boolean, what: string): void {
  process.stdout.write(`${isWell ? '✓' : '✗'} ${what}\n`);
  if (!isWell) process.exitCode = 1;
}
