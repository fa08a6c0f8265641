import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cliFile } from '../../demo/program.ts';
import { scriptOptions } from '../../packaging/script-options.ts';
import { startReplicas } from '../../test/e2e/kit/replicas.ts';
import { cpuMs } from '../load/server.ts';
import { packedBroker } from '../packed-broker.ts';
import { type Spread, spread } from '../stats.ts';

const { values } = scriptOptions(
  `npm run bench:startup -- [options]

Measures how long "latchkey serve" takes from the start of the process to its first answer from /readyz, beside an empty
program of Node and a bare Hono server. All of them start in turns.

  --starts N  of each (default: 20)
  --json      ends with one line of JSON`,
  { options: { starts: { type: 'string', default: '20' }, json: { type: 'boolean', default: false } } },
);
const starts = Number(values.starts);
if (!(Number.isInteger(starts) && starts >= 1)) throw new Error('--starts takes a positive whole number');

/** A program, and how it is known to be ready. */
interface Program {
  name: string;
  args: string[];
  env?: Record<string, string>;
  /** Resolves as soon as it serves. */
  ready: (child: ChildProcess) => Promise<void>;
}

interface Start {
  ms: number;
  /** Processor time of all threads. */
  cpuMs: number | undefined;
}

await using started = new AsyncDisposableStack();
const packed = await packedBroker();
const stack = await startReplicas({ count: 1, store: 'sqlite:./startup.db' });
started.defer(stack.close);
const [replica] = stack.replicas;
if (!replica) throw new Error('no broker was started');
await replica.stop('SIGTERM');
const cache = await mkdtemp(join(tmpdir(), 'latchkey-startup-'));
started.defer(() => rm(cache, { recursive: true, force: true }));

const serve = ['serve', '--config', stack.configFile(0)];
const isReady = async (child: ChildProcess): Promise<void> => {
  await said(child, '"event":"listening"');
  const { status } = await fetch(`${replica.adminOrigin}/readyz`);
  if (status !== 200) throw new Error(`/readyz answered ${status}`);
};
const programs: Program[] = [
  { name: 'latchkey serve, installed', args: [packed, ...serve], ready: isReady },
  {
    name: 'the same, with NODE_COMPILE_CACHE',
    args: [packed, ...serve],
    env: { NODE_COMPILE_CACHE: cache },
    ready: isReady,
  },
  { name: 'latchkey serve, from source', args: [cliFile, ...serve], ready: isReady },
  {
    name: 'bare Hono',
    args: [fileURLToPath(new URL('bare.ts', import.meta.url))],
    ready: async (child) => {
      const port = await said(child, /port (\d+)/);
      await fetch(`http://127.0.0.1:${port}/`);
    },
  },
  { name: 'node, an empty program', args: ['-e', 'console.log("on"); setInterval(() => {}, 1e6)'], ready: on },
];

const results = new Map<string, Start[]>(programs.map(({ name }) => [name, []]));
// The first round fills caches, also that of the system.
for (let round = 0; round <= starts; round += 1) {
  for (const program of programs) {
    const start = await measure(program);
    if (round > 0) results.get(program.name)?.push(start);
  }
}

const rows = [...results].map(([name, all]) => ({
  name,
  ms: spread(all.map(({ ms }) => ms)),
  cpu: spread(all.map(({ cpuMs }) => cpuMs ?? Number.NaN)),
}));
if (values.json) console.log(JSON.stringify({ starts, programs: rows }));
else {
  console.log(line('', 'to the first answer', 'processor time'));
  for (const { name, ms, cpu } of rows) console.log(line(name, text(ms), text(cpu)));
}

async function measure({ args, env, ready }: Program): Promise<Start> {
  const from = performance.now();
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...stack.env, ...env },
  });
  const ended = once(child, 'exit');
  try {
    await Promise.race([ready(child), ended.then(([code]) => Promise.reject(new Error(`it ended with ${code}`)))]);
    return { ms: performance.now() - from, cpuMs: cpuMs(child.pid) };
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

async function on(child: ChildProcess): Promise<void> {
  await said(child, 'on');
}

/** Waits until a program has written something. @returns the first group of the pattern */
async function said(child: ChildProcess, what: string | RegExp): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  let all = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    all += chunk;
    const found = typeof what === 'string' ? all.includes(what) && [what] : what.exec(all);
    if (found) resolve(found[1] ?? '');
  });
  return promise;
}

function text({ median, min, max }: Spread): string {
  return `${median.toFixed(0)} ms (${min.toFixed(0)} – ${max.toFixed(0)})`;
}

function line(...cells: string[]): string {
  return cells
    .map((cell, column) => (column === 0 ? cell.padEnd(38) : cell.padEnd(28)))
    .join('')
    .trimEnd();
}
