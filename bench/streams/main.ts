import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createProof } from '@latchkey/shared/dpop.ts';
import { demoUsers } from '../../demo/users.ts';
import { scriptOptions } from '../../packaging/script-options.ts';
import { beginDevice } from '../../test/e2e/kit/device-flow.ts';
import { startReplicas } from '../../test/e2e/kit/replicas.ts';
import { createSessionClient } from '../../test/e2e/kit/session-client.ts';
import { percentile } from '../kill-switch/percentile.ts';
import { get } from '../load/request.ts';
import { packedBroker } from '../packed-broker.ts';
import { fill, filledSessionId } from '../scale/fill.ts';
import { type OpenStream, openEventStream } from './stream.ts';

/** How many browsers one person has open. */
const browsers = 20;
/** How many streams are opened at the same time. */
const atOnce = 32;

const { values } = scriptOptions(
  `npm run bench:streams -- [options]

Opens event streams of many browsers at one broker, and measures two things: the broker's memory for each, and how long
it takes from an administrator's end of a person's sessions at the provider until all of the person's ${browsers} browsers know.

  --streams N  (default: 10000; needs as many open files)
  --kills N    (default: 10)
  --json       ends with one line of JSON`,
  {
    options: {
      streams: { type: 'string', default: '10000' },
      kills: { type: 'string', default: '10' },
      json: { type: 'boolean', default: false },
    },
  },
);
const [streams, kills] = [Number(values.streams), Number(values.kills)];
if (![streams, kills].every((number) => Number.isInteger(number) && number >= 1))
  throw new Error('--streams and --kills take a positive whole number');
const say = (line: string): void => console.error(line);

const program = await packedBroker();
await using started = new AsyncDisposableStack();
const stack = await startReplicas({
  count: 1,
  store: 'sqlite:./streams.db',
  lifetime: '5m',
  fresh: '2h',
  adjust: (config) => Object.assign(config, { rate_limit_factor: 10_000 }),
  program: () => program,
});
started.defer(stack.close);
const { origins } = stack;
const [broker] = stack.replicas;
if (!broker) throw new Error('no broker was started');
const port = Number(new URL(broker.origin).port);
const { host } = new URL(origins.broker);
const { session } = await stack.signIn();
await beginDevice(origins.broker, 'tv');
await fill(join(stack.dir, 'streams.db'), streams);

const before = memoryBytes();
const numbers = Array.from({ length: streams }, (_, index) => index + 1).values();
await Promise.all(Array.from({ length: atOnce }, openSome));
const bytesEach = (memoryBytes() - before) / streams;
say(`${streams} streams are open`);

const person = demoUsers[1];
if (!person) throw new Error('The demo has one person only.');
const [each, last]: [number[], number[]] = [[], []];
for (let kill = 0; kill < kills; kill += 1) {
  const theirs = await Promise.all(Array.from({ length: browsers }, signedInStream));
  const from = performance.now();
  const [arrivals] = await Promise.all([
    Promise.all(theirs.map(({ revoked }) => revoked)),
    stack.idp.endSessionsOf(person.username),
  ]);
  const took = arrivals.map((at) => at - from);
  each.push(...took);
  last.push(Math.max(...took));
  for (const { close } of theirs) close();
  say(`${kill + 1} of ${kills} kills`);
}

const summary = {
  streams,
  kills,
  browsers,
  bytes_each: Math.round(bytesEach),
  each_ms: { p50: percentile(each, 50), p99: percentile(each, 99) },
  last_ms: { p50: percentile(last, 50), p99: percentile(last, 99) },
};
const ms = (value: number): string => `${value.toFixed(0)} ms`;
if (values.json) console.log(JSON.stringify(summary));
else {
  console.log(`${streams} streams: ${(bytesEach / 1_024).toFixed(1)} kB of the broker's memory each`);
  console.log(`kill → a browser of the person: p50 ${ms(summary.each_ms.p50)}, p99 ${ms(summary.each_ms.p99)}`);
  console.log(`kill → all ${browsers} browsers: p50 ${ms(summary.last_ms.p50)}, p99 ${ms(summary.last_ms.p99)}`);
}
// The streams' sockets would keep the process alive.
await started.disposeAsync();
process.exit();

async function openSome(): Promise<void> {
  for (const number of numbers) {
    const cookie = session.cookie.replace(/=[^.]+/, `=${filledSessionId(number)}`);
    const stream = await open({ keys: session.keys, nonce: session.nonce, cookie });
    started.defer(() => stream.close());
  }
}

/** A browser of the person signs in and follows its session. */
async function signedInStream(): Promise<OpenStream> {
  if (!person) throw new Error('no person');
  const client = await createSessionClient(origins.broker, undefined, origins.idp);
  await client.signIn(person.username, person.password);
  const stream = await open(client);
  started.defer(() => stream.close());
  return stream;
}

async function open({
  keys,
  nonce,
  cookie,
}: Pick<Awaited<ReturnType<typeof createSessionClient>>, 'keys' | 'nonce' | 'cookie'>): Promise<OpenStream> {
  const path = '/session/events';
  const DPoP = await createProof(keys, { method: 'GET', url: `${origins.broker}${path}`, nonce }, Date.now());
  const headers = { 'Latchkey-Client': 'extension/0.1.0', Cookie: cookie, DPoP };
  return openEventStream(port, get({ host, path, headers }));
}

/** The broker's resident memory. */
function memoryBytes(): number {
  const status = readFileSync(`/proc/${broker?.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1_024;
}
