import { afterEach, beforeEach, expect, it } from 'vitest';
import { basic, beginDevice, brokerWithProvider, pollDevice, postForm, signedInPerson } from '../test/broker/honest.ts';
import type { InProcessBroker } from '../test/broker/in-process.ts';
import { newSecret } from './oauth/client-authentication/client-secret.ts';

// What a request asks of the store decides what it costs. These are counts, so they hold on every machine.

const service = newSecret();
let broker: InProcessBroker;
beforeEach(async () => {
  broker = await brokerWithProvider(`
services:
  orders: { allow: { https://api.example.com: [orders:read] }, secret_hash: "${service.hash}" }`);
});
afterEach(() => broker.close());

/** How often each operation of the store has run. */
async function operations(): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const line of (await broker.deps.metrics.text()).split('\n')) {
    const [, name, count] =
      /^db_client_operation_duration_seconds_count\{.*db_operation_name="(\w+)".*\} (\d+)/.exec(line) ?? [];
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + Number(count));
  }
  return counts;
}

/** What each of `times` requests asks of the store on average, after the first. */
async function costOf(request: () => Promise<unknown>, times = 100): Promise<Record<string, number>> {
  await request();
  const before = await operations();
  for (let index = 0; index < times; index += 1) await request();
  const after = await operations();
  const each = [...after].map(([name, count]) => [name, (count - (before.get(name) ?? 0)) / times] as const);
  return Object.fromEntries(each.filter(([, count]) => count > 0));
}

it('a token of a browser costs two reads, and a write for twenty', async () => {
  const { token } = await signedInPerson(broker);
  const cost = await costOf(async () => expect((await token()).status).toBe(200));
  expect(cost).toEqual({ getSession: 1, getAuthority: 1, hit: 0.05 });
});

it('a token of a service costs one read, and a write for ten', async () => {
  const form = { grant_type: 'client_credentials' };
  const cost = await costOf(async () =>
    expect((await postForm(broker, '/token', form, basic('orders', service.secret))).status).toBe(200),
  );
  expect(cost).toEqual({ listSigningKeys: 1, hit: 0.1 });
});

it('a poll of a waiting device costs a read and a write, and another write for a hundred', async () => {
  const code = (await beginDevice(broker)).body.device_code ?? '';
  const cost = await costOf(async () => {
    broker.clock.now += 5_000;
    const { body } = await pollDevice(broker, code);
    expect(body.error).toBe('authorization_pending');
  });
  expect(cost).toEqual({ getDeviceGrant: 1, pollDeviceGrant: 1, hit: expect.any(Number) });
  expect(cost.hit).toBeLessThanOrEqual(0.1);
});
