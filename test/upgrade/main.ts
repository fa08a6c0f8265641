import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { demoUsers } from '../../demo/users.ts';
import { startPostgres } from '../e2e/kit/postgres.ts';
import { type SignedIn, startReplicas } from '../e2e/kit/replicas.ts';
import { olderBuild } from './older-build.ts';

const usage = `npm run upgrade -- COMMIT

Runs brokers of an older commit and of this source at the same time on one database, SQLite and PostgreSQL, and goes back.
People who signed in at either must get tokens from both, before and after their refresh. Needs the Git history.
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
    const restarted = await first.start().then(
      () => true,
      () => false,
    );
    const log = (await readFile(brokers.logFile(0), 'utf8')).trim().split('\n');
    const why = log.findLast((line) => !line.startsWith('    at '));
    told(restarted, `${name}: the older one starts again on the newer database${restarted ? '' : `: ${why}`}`);
    if (!restarted) return;
    await second.stop('SIGTERM');
    await sleep(staleMs);
    for (const person of [before, meanwhile]) await tokens('gone back: the older one alone refreshes', person, [first]);
  } finally {
    await brokers.close();
  }
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
