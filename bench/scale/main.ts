import { scriptOptions } from '../../packaging/script-options.ts';
import { startPostgres } from '../../test/conformance/store/postgres.ts';
import { takeTurn } from '../load/turn.ts';
import { compare } from '../rounds.ts';
import { median } from '../stats.ts';
import { fill } from './fill.ts';
import { type ScaleStack, startScaleStack } from './stack.ts';

const say = (line: string): void => console.error(line);

const starts = 5;
const requestsPerTurn = 1_500;
/** How many sessions ask in turn. In the full store, they are spread evenly. */
const asking = 200;
/** The ratio decides the verdict, so there are more rounds than elsewhere: one slow moment of the disk must not decide. */
const schedule = { warmUp: 2, counted: 16, atLeast: 8, withinMs: 45_000 };
/** The maximum latency of the full store, as a multiple of the empty one's. */
const allowed = 1.2;

const usage = `npm run bench:scale -- [options]

Compares the latency of a store with many sessions and of one with few. Ends with 1 if the full one is ${allowed} times as slow.

  --rows N                  sessions in the full store, from ${asking} on (default: 100000)
  --store sqlite|postgres   (default: sqlite)
  --json                    ends with one line of JSON`;

const { values } = scriptOptions(usage, {
  options: {
    rows: { type: 'string', default: '100000' },
    store: { type: 'string', default: 'sqlite' },
    json: { type: 'boolean', default: false },
  },
});
const rows = Number(values.rows);
if (!(rows >= asking) || !['sqlite', 'postgres'].includes(values.store)) {
  say(usage);
  process.exit(2);
}

await using started = new AsyncDisposableStack();
const postgres = values.store === 'postgres' ? await startPostgres() : undefined;
if (postgres) started.defer(() => postgres.stop());
const [full, empty] = [
  await startScaleStack(await postgres?.database('filled')),
  await startScaleStack(await postgres?.database('hardly')),
];
for (const { close } of [full, empty]) started.defer(close);
say(`filling one of two stores with ${rows} sessions and ${rows} pending device codes …`);
await fill(full.store, rows);

const startMs = { full: [] as number[], empty: [] as number[] };
for (let turn = 0; turn < starts; turn += 1) {
  startMs.full.push(await restart(full));
  startMs.empty.push(await restart(empty));
}
const fresh = { full: full.memoryMb(), empty: empty.memoryMb() };

// Only now create the sessions that ask in turn: start-up and memory are measured with one.
await fill(empty.store, asking);
const figures = [
  ...(await latency('token, one session', ({ tokenRequests }) => tokenRequests(requestsPerTurn), 200)),
  ...(await latency(
    `token, ${asking} in turn`,
    (stack) => stack.tokenRequests(requestsPerTurn, stack === full ? spread(rows) : spread(asking)),
    200,
  )),
  ...(await latency('device poll', async ({ pollRequests }) => pollRequests(requestsPerTurn), 400)),
];
const used = { full: full.memoryMb(), empty: empty.memoryMb() };

const lines = [
  line('', `${rows} + ${rows}`, 'empty', 'ratio', 'in processor time'),
  line(
    'start-up',
    ms(median(startMs.full)),
    ms(median(startMs.empty)),
    ratio(median(startMs.full) / median(startMs.empty)),
  ),
  line('memory after start', `${fresh.full} MB`, `${fresh.empty} MB`, ratio(fresh.full / fresh.empty)),
  line('memory after load', `${used.full} MB`, `${used.empty} MB`, ratio(used.full / used.empty)),
  ...figures.map((figure) =>
    line(
      figure.name,
      ms(figure.ours.p50Ms),
      ms(figure.bare.p50Ms),
      ratio(figure.ratio.median),
      figure.cpuRatio ? ratio(figure.cpuRatio.median) : '',
    ),
  ),
];
const passed = figures.every((figure) => figure.ratio.median <= allowed);
if (values.json) {
  console.log(
    JSON.stringify({
      store: values.store,
      rows,
      passed,
      start_ms: { full: median(startMs.full), empty: median(startMs.empty) },
      memory_mb: { full: used.full, empty: used.empty },
      latency: figures.map(({ name, ours, bare, ratio, cpuRatio }) => ({
        name,
        full_ms: ours.p50Ms,
        empty_ms: bare.p50Ms,
        ratio: ratio.median,
        cpu_ratio: cpuRatio?.median,
      })),
    }),
  );
} else console.log(lines.join('\n'));
if (!passed) say(`a latency is more than ${allowed} times that of an empty store`);
process.exitCode = passed ? 0 : 1;

/** Measures both in turns, so that other load on the machine affects both. */
async function latency(name: string, requests: (stack: ScaleStack) => Promise<Buffer[]>, expected: number) {
  const turn = (stack: ScaleStack, concurrency: number) => async () =>
    takeTurn({
      port: stack.port,
      pid: stack.broker.pid,
      concurrency,
      requests: await requests(stack),
      isExpected: ({ status }) => status === expected,
    });
  const sides = (concurrency: number) =>
    compare({
      name: `${name}, ${concurrency} at a time`,
      ours: turn(full, concurrency),
      bare: turn(empty, concurrency),
      schedule,
    });
  return [await sides(1), await sides(16)];
}

/** Numbers of sessions, evenly spread from the first to the last. */
function spread(among: number): number[] {
  return Array.from({ length: asking }, (_, index) => 1 + Math.floor((index * among) / asking));
}

async function restart({ broker }: ScaleStack): Promise<number> {
  await broker.stop('SIGTERM');
  const from = performance.now();
  await broker.start();
  return performance.now() - from;
}

function line(...cells: string[]): string {
  return cells.map((cell, column) => (column === 0 ? cell.padEnd(36) : cell.padStart(18))).join('');
}

function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 0)} ms`;
}

function ratio(value: number): string {
  return value.toFixed(2);
}
