import pg from 'pg';
import { scriptOptions } from '../packaging/script-options.ts';
import { hasPgbouncer, startPgbouncer } from '../test/e2e/kit/pgbouncer.ts';
import { startPostgres } from '../test/e2e/kit/postgres.ts';
import { startReplicas } from '../test/e2e/kit/replicas.ts';
import { untilRefused } from '../test/e2e/kit/until-refused.ts';
import { percentile } from './kill-switch/percentile.ts';

/**
 * How long a revocation takes to reach `/verify` on three replicas that know the token: from the time that the replica
 * which signs the person out gives it, before it is committed, to the first refusal at each. Exits with 1 if the 99th
 * percentile of a row is over a second.
 */
const limitMs = 1_000;
const count = 3;

const usage = `npm run bench:revocation -- [options]

Measures how long a revocation at one of three replicas takes to reach /verify at each, on PostgreSQL: with its
notifications, without them, and through PgBouncer. Ends with 1 if a 99th percentile is over ${limitMs} ms.

  --runs N  sign-outs in each of the three (default: 30)
  --json    ends with one line of JSON`;

const { values } = scriptOptions(usage, {
  options: { runs: { type: 'string', default: '30' }, json: { type: 'boolean' } },
});
const runs = Number(values.runs);
if (!Number.isInteger(runs) || runs < 1) throw new Error('--runs takes a positive whole number');

/** The database as brokers reach it. */
type Open = (url: string, opened: AsyncDisposableStack) => Promise<string>;

const ways: { name: string; open: Open; isHere?: () => boolean }[] = [
  { name: 'notifications work', open: async (url) => url },
  { name: 'notifications are lost', open: loseNotifications },
  {
    name: 'through PgBouncer',
    open: async (url, opened) => opened.adopt(await startPgbouncer(url), (pooler) => pooler.close()).url,
    isHere: hasPgbouncer,
  },
];

/** Every `pg_notify` of a new connection does nothing from here on. */
async function loseNotifications(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`create function public.pg_notify(text, text) returns void language sql as 'select'`);
  await client.query('alter database latchkey set search_path = public, pg_catalog');
  await client.end();
  return url;
}

interface Row {
  way: string;
  replica: string;
  p50: number;
  p99: number;
  max: number;
}

async function measure({ name, open }: (typeof ways)[number]): Promise<Row[]> {
  await using opened = new AsyncDisposableStack();
  const postgres = opened.adopt(await startPostgres(), (server) => server.close());
  const store = await open(postgres.url, opened);
  const started = await startReplicas({ count, store, lifetime: '5m', fresh: '15m' });
  const replicas = opened.adopt(started, (all) => all.close());
  const times: number[][] = Array.from({ length: count }, () => []);
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  opened.defer(() => client.end());
  for (let run = 0; run < runs; run += 1) {
    const refused = await untilRefused(replicas, await replicas.signIn());
    const { rows } = await client.query('select at from revocations order by seq desc limit 1');
    const revokedAt = Number(rows[0]?.at);
    for (const [index, at] of refused.entries()) times[index]?.push(at - revokedAt);
  }
  return times.map((own, index) => ({
    way: name,
    replica: index === 0 ? '1 (signs out)' : String(index + 1),
    p50: percentile(own, 50),
    p99: percentile(own, 99),
    max: percentile(own, 100),
  }));
}

const rows: Row[] = [];
for (const way of ways) {
  if (way.isHere?.() === false) {
    console.error(`Left out: ${way.name}. The program is not on this machine.`);
    continue;
  }
  const measured = await measure(way);
  for (const { replica, p50, p99, max } of measured) {
    const [a, b, c] = [p50, p99, max].map((ms) => `${ms.toFixed(0)} ms`);
    console.error(`${way.name}, replica ${replica}: revocation → refusal, ${runs} runs: p50 ${a}, p99 ${b}, max ${c}`);
  }
  rows.push(...measured);
}
if (values.json) console.log(JSON.stringify({ runs, rows }));
process.exitCode = rows.some(({ p99 }) => p99 > limitMs) ? 1 : 0;
