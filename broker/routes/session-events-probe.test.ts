import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { brokerInProcess, type InProcessBroker } from '../../test/broker/in-process.ts';
import { probeHeader, readProbe, signProbe } from '../doctor/probe.ts';
import { createRing } from '../keys/ring.ts';
import { StoreUnavailableError } from '../store/store.ts';

let broker: InProcessBroker;
beforeEach(async () => {
  broker = await brokerInProcess('resources: { https://api.example.com: { name: API, scopes: { read: Read } } }');
});
afterEach(() => broker?.close());

const probe = (signed: string, headers: Record<string, string> = {}, from = '10.0.0.5') =>
  broker.request('/session/events', { from, headers: { [probeHeader]: signed, ...headers } });
const signed = (age = 0) => signProbe(broker.deps.ring, { now: broker.clock.now - age, holdMs: 0 });

it('tells the operator what has arrived of a request', async () => {
  const answer = await probe(signed(), { 'X-Forwarded-For': '203.0.113.7', DPoP: 'x', Cookie: 'a=b' });
  expect(answer.status).toBe(200);
  const text = await answer.text();
  expect(JSON.parse(/^event: probe\ndata: (.*)$/m.exec(text)?.[1] ?? '')).toEqual({
    peer: '10.0.0.5',
    trusted: true,
    address: '203.0.113.7',
    forwarded_for: '203.0.113.7',
    received: ['DPoP', 'Cookie'],
  });
  expect(text).toContain('event: end');
});

it.each([
  [
    'other keys',
    () => signProbe(createRing([{ kid: 'x', key: randomBytes(32) }]), { now: broker.clock.now, holdMs: 0 }),
  ],
  ['an old one', () => signed(61_000)],
  ['one of the future', () => signed(-61_000)],
  ['one that was changed', () => `${signed().slice(0, 9)}B${signed().slice(10)}`],
  ['another length', () => 'AAAA'],
  ['nothing', () => ''],
])('tells nobody else: %s', async (_, forged) => {
  const answer = await probe(forged());
  expect(answer.status).toBe(400);
  expect(await answer.json()).toEqual({ error: 'invalid_request', error_description: expect.any(String) });
});

it('answers each probe once: one that a proxy has logged shows nothing', async () => {
  const probed = signed();
  expect((await probe(probed)).status).toBe(200);
  const again = await probe(probed, {}, '203.0.113.9');
  expect([again.status, await again.text()]).toEqual([400, expect.not.stringContaining('203.0.113.9')]);
});

it('answers where the store does not', async () => {
  vi.spyOn(broker.deps.store, 'rememberOnce').mockRejectedValue(new StoreUnavailableError('away'));
  expect((await probe(signed())).status).toBe(200);
});

it('leaves everybody else at the event stream, who needs a session', async () => {
  const answer = await broker.request('/session/events', { headers: { 'Latchkey-Client': 'extension/1.0.0' } });
  expect(answer.status).toBe(401);
});

it('never holds a stream open for longer than half a minute', async () => {
  const asked = signProbe(broker.deps.ring, { now: broker.clock.now, holdMs: 60_000 });
  expect(readProbe(broker.deps.ring, asked, broker.clock.now)).toEqual({ holdMs: 30_000 });
});
