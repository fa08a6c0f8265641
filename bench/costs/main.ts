import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createLog } from '../../broker/log.ts';
import { scriptOptions } from '../../packaging/script-options.ts';
import { startBare } from '../bare/start.ts';
import { forkServer } from '../load/fork-server.ts';
import { get } from '../load/request.ts';
import { takeTurn } from '../load/turn.ts';
import { spread } from '../stats.ts';

scriptOptions(
  `npm run bench:costs

Measures what an answer of the broker can't do without, each by itself: processor time of an ES256 verification, of a
signature, of reading and writing a row, of a line of the log, and of HTTP.`,
  { options: {} },
);

const rounds = 9;
/** The first rounds warm up. */
const warmUp = 2;

await using started = new AsyncDisposableStack();
const dir = await mkdtemp(join(tmpdir(), 'latchkey-costs-'));
started.defer(() => rm(dir, { recursive: true, force: true }));
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
/** As long as what is signed of an access token. */
const text = Buffer.from('x'.repeat(800));
const signature = sign('sha256', text, privateKey);
const database = started.adopt(new DatabaseSync(join(dir, 'costs.db')), (it) => it.close());
database.exec('pragma journal_mode = wal; create table one (id text primary key, text text, at integer)');
const insert = database.prepare('insert into one values (?, ?, 0)');
database.exec('begin');
for (let id = 0; id < 10_000; id += 1) insert.run(String(id), 'x'.repeat(600));
database.exec('commit');
const [select, update] = [
  database.prepare('select * from one where id = ?'),
  database.prepare('update one set at = at + 1 where id = ?'),
];
const log = createLog({ write: () => undefined });
const line = { event: 'request', request_id: 'x'.repeat(32), span_id: 'x'.repeat(16), method: 'POST', path: '/token' };
const idOf = (index: number): string => String((index * 7_919) % 10_000);

/** Each is called this often in a round. */
const works: { name: string; times: number; prepare?: () => void; run: (index: number) => unknown }[] = [
  { name: 'ES256 verification', times: 2_000, run: () => verify('sha256', text, publicKey, signature) },
  { name: 'ES256 signature', times: 2_000, run: () => sign('sha256', text, privateKey) },
  { name: 'SHA-256 of 64 bytes', times: 20_000, run: () => createHash('sha256').update('x'.repeat(64)).digest() },
  { name: 'line of the log', times: 10_000, run: () => log.info({ ...line, status: 200, ms: 1 }) },
  { name: 'SQLite: read a row', times: 10_000, run: (index) => select.get(idOf(index)) },
  {
    name: 'SQLite: write a row, without waiting for the disk',
    times: 2_000,
    prepare: () => database.exec('pragma synchronous = normal'),
    run: (index) => update.run(idOf(index)),
  },
  {
    name: 'SQLite: write a row, on the disk',
    times: 200,
    prepare: () => database.exec('pragma synchronous = full'),
    run: (index) => update.run(idOf(index)),
  },
];

const cpuUs = new Map<string, number[]>();
const wallUs = new Map<string, number[]>();
for (let round = 0; round < rounds; round += 1) {
  for (const { name, times, prepare, run } of works) {
    prepare?.();
    const [before, from] = [process.cpuUsage(), performance.now()];
    for (let index = 0; index < times; index += 1) run(index);
    const { user, system } = process.cpuUsage(before);
    add(cpuUs, name, (user + system) / times, round);
    add(wallUs, name, ((performance.now() - from) * 1_000) / times, round);
  }
}

const node = await forkServer(new URL('node-http.ts', import.meta.url));
started.defer(() => node.close());
const bare = await startBare();
started.defer(() => bare.close());
const servers = [
  { name: "an answer of Node's HTTP server, 16 at a time", server: node, path: '/' },
  { name: 'the same with Hono', server: bare, path: '/answer' },
  { name: 'the same with Hono, and as many headers as /verify has', server: bare, path: '/headers' },
];
for (let round = 0; round < rounds; round += 1) {
  for (const { name, server, path } of servers) {
    const requests = Array<Buffer>(20_000).fill(get({ host: '127.0.0.1', path, headers: {} }));
    const isExpected = ({ status }: { status: number }) => status === 200;
    const { cpuMs, perSecond } = await takeTurn({ ...server, concurrency: 16, requests, isExpected });
    if (cpuMs !== undefined) add(cpuUs, name, cpuMs * 1_000, round);
    if (perSecond !== undefined) add(wallUs, name, 1_000_000 / perSecond, round);
  }
}

console.log(cells('', 'processor time', 'time'));
for (const [name, all] of cpuUs) console.log(cells(name, us(all), us(wallUs.get(name) ?? [])));

function add(to: Map<string, number[]>, name: string, value: number, round: number): void {
  if (round >= warmUp) to.set(name, [...(to.get(name) ?? []), value]);
}

function us(values: number[]): string {
  const { median, min, max } = spread(values);
  return `${median.toFixed(0)} µs (${min.toFixed(0)} – ${max.toFixed(0)})`;
}

function cells(...texts: string[]): string {
  return texts
    .map((text, column) => (column === 0 ? text.padEnd(58) : text.padEnd(28)))
    .join('')
    .trimEnd();
}
