import { statSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { scriptOptions } from '../../packaging/script-options.ts';
import { startPostgres } from '../../test/conformance/store/postgres.ts';
import { startReplicas } from '../../test/e2e/kit/replicas.ts';
import { takeTurn } from '../load/turn.ts';
import { fill } from '../scale/fill.ts';
import { type ScaleStack, startScaleStack } from '../scale/stack.ts';
import { median } from '../stats.ts';
import { bytesPerRow, writesOf } from './postgres-writes.ts';

const { values } = scriptOptions(
  `npm run bench:sizing -- [options]

Measures the figures of docs/sizing.md on this machine, with a real broker, SQLite and PostgreSQL,
and with one worker and two.

  --rows N  sessions in the stores (default: 100000)`,
  { options: { rows: { type: 'string', default: '100000' } } },
);
const rows = Number(values.rows);
/** V8 has compiled what is hot after about as many requests to each process. */
const warmUpRequests = 2_000;
const turns = 4;
const requestsPerTurn = 500;
const signIns = 40;
const refreshes = 10;
const freshMs = 2_000;

const say = (line: string): void => console.error(line);
const line = (...cells: string[]): void =>
  console.log(
    cells
      .map((cell) => cell.padEnd(44))
      .join('')
      .trimEnd(),
  );

await using started = new AsyncDisposableStack();
const postgres = await startPostgres();
started.defer(() => postgres.stop());

const [cpu] = cpus();
line(`${cpus().length} × ${cpu?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}`);
line('', 'SQLite', 'PostgreSQL', 'PostgreSQL, 2 workers');

const urls = {
  filled: await postgres.database('filled'),
  workers: await postgres.database('workers'),
  small: await postgres.database('small'),
};
const stacks = [await startScaleStack(), await startScaleStack(urls.filled), await startScaleStack(urls.workers, 2)];
for (const { close } of stacks) started.defer(close);
const empty = stacks.map((stack) => stack.memoryMb());
const small = await startReplicas({ count: 1, store: urls.small, lifetime: '2s', fresh: '2s', adjust: unlimited });
started.defer(small.close);
const person = await small.signIn();
/** Before there is more to write: PostgreSQL counts what it writes for all databases together. */
const writesOfOne = {
  'a refresh at the provider, with a token': await writesOf(urls.small, refreshes, async () => {
    for (let n = 0; n < refreshes; n += 1) {
      await sleep(freshMs + 100);
      const { status } = await person.token();
      if (status !== 200) throw new Error(`the token request got ${status}`);
    }
  }),
  'a sign-in': await writesOf(urls.small, signIns, async () => {
    for (let n = 0; n < signIns; n += 1) await small.signIn();
  }),
};
say(`filling three stores with ${rows} sessions …`);
for (const { store } of stacks) await fill(store, rows);

const tokens = [];
for (const stack of stacks) tokens.push(await tokensPerSecond(stack));
line('tokens a second, 16 at a time', ...tokens.map(({ perSecond }) => perSecond.toFixed(0)));
line('processor time of a token', ...tokens.map(({ cpuMs }) => `${cpuMs.toFixed(2)} ms`));
line('memory, no sessions', ...empty.map((mb) => `${mb} MB`));
line(`memory, ${rows} sessions, under load`, ...stacks.map((stack) => `${stack.memoryMb()} MB`));

const sqlite = statSync(stacks[0]?.store ?? '').size / rows;
const bytes = [await bytesPerRow(urls.filled, 'sessions'), await bytesPerRow(urls.filled, 'people')];
line('disk, a session with its person', `${kb(sqlite)} (with a device code)`, kb((bytes[0] ?? 0) + (bytes[1] ?? 0)));

const writes = {
  'a token, data fresh': await writesOf(urls.filled, requestsPerTurn, async () => {
    const stack = stacks[1] as ScaleStack;
    await turnOf(stack, await stack.tokenRequests(requestsPerTurn, spread(200)), 4);
  }),
  ...writesOfOne,
};
for (const [what, { walBytes, commits, rows: changed }] of Object.entries(writes)) {
  line(
    `PostgreSQL: ${what}`,
    '',
    `${kb(walBytes)} WAL, ${changed.toFixed(1)} rows, ${commits.toFixed(1)} transactions`,
  );
}

function unlimited(config: Record<string, unknown>): void {
  config.rate_limit_factor = 10_000;
}

function kb(amount: number): string {
  return `${(amount / 1_024).toFixed(1)} kB`;
}

/** Numbers of sessions, evenly spread from the first to the last. */
function spread(asking: number): number[] {
  return Array.from({ length: asking }, (_, index) => 1 + Math.floor((index * rows) / asking));
}

async function tokensPerSecond(stack: ScaleStack): Promise<{ perSecond: number; cpuMs: number }> {
  const turn = async (count: number) => turnOf(stack, await stack.tokenRequests(count, spread(200)), 16);
  // Each turn makes its own proofs, which are valid for a short time.
  for (let sent = 0; sent < warmUpRequests * stack.workers; sent += requestsPerTurn) await turn(requestsPerTurn);
  const taken = [];
  while (taken.length < turns) taken.push(await turn(requestsPerTurn));
  return {
    perSecond: median(taken.map((turn) => turn.perSecond ?? Number.NaN)),
    cpuMs: median(taken.map((turn) => turn.cpuMs ?? Number.NaN)),
  };
}

/** Sends all requests, however long that takes. */
function turnOf(stack: ScaleStack, requests: Buffer[], concurrency: number) {
  const isExpected = ({ status }: { status: number }) => status === 200;
  const { port, broker } = stack;
  return takeTurn({ port, pid: broker.pid, concurrency, requests, withinMs: Number.POSITIVE_INFINITY, isExpected });
}
