import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Deps } from '../deps.ts';
import type { Subscriber } from '../events/feed.ts';
import { createOpenStreams, type OpenStreams } from '../events/open-streams.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { followOn } from '../middleware/server-sent-events.ts';
import type { Revocation, Session } from '../store/store.ts';
import { followOf } from './session-events.ts';

const row = {
  id: 's1',
  sub: 'ada',
  state: 'active',
  idleExpiresAt: 3_600_000,
  absoluteExpiresAt: 7_200_000,
} as Session;
const session = { id: row.id, sub: row.sub, accountKeys: [] };

let subscribers: Set<Subscriber>;
let kept: Revocation[];
let current: Session | undefined;
let subscribing: Promise<void>;
let streams: OpenStreams;

const deps = () =>
  ({
    store: {
      getSession: async () => current,
      revocationsAfter: async (seq: number, limit: number) => kept.filter((one) => one.seq > seq).slice(0, limit),
    },
    feed: {
      async subscribe(subscriber: Subscriber) {
        await subscribing;
        subscribers.add(subscriber);
        return { seq: kept.length, stop: () => subscribers.delete(subscriber) };
      },
    },
    metrics: createMetrics(),
    now: () => Date.now(),
  }) as unknown as Deps;

const settle = () => vi.advanceTimersByTimeAsync(0);
const happens = (event: Record<string, unknown>) => {
  const revocation = { seq: kept.length + 1, event, at: 0 };
  kept.push(revocation);
  for (const subscriber of subscribers) subscriber.next(revocation);
};

/** Opens a stream. Tracks what has arrived and whether the stream has ended. */
function read(world: Deps, lastEventId?: number) {
  const seen = { names: [] as string[], isOver: false };
  const client = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      const name = /^event: (.*)$/m.exec(chunk)?.[1];
      if (name) seen.names.push(name);
      done();
    },
  });
  client.on('finish', () => {
    seen.isOver = true;
  });
  followOn(client, followOf(world, streams, session, lastEventId));
  return { seen, client, cancel: () => void client.destroy() };
}

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  [subscribers, kept, current, streams] = [new Set(), [], row, createOpenStreams()];
  subscribing = Promise.resolve();
});
afterEach(() => vi.useRealTimers());

describe('a stream', () => {
  it('ends with its session, and listens to nothing more', async () => {
    const { seen } = read(deps());
    await settle();
    happens({ type: 'policy' });
    happens({ type: 'revoked', sessions: ['s1'] });
    happens({ type: 'policy' });
    await settle();
    expect(seen).toEqual({ names: ['policy', 'revoked'], isOver: true });
    expect(subscribers.size).toBe(0);
  });

  it('ends without a word when a newer session takes its place', async () => {
    const { seen } = read(deps());
    await settle();
    happens({ type: 'revoked', sessions: ['s1'], reason: 'replaced' });
    await settle();
    expect(seen).toEqual({ names: [], isOver: true });
  });

  it('tells of a session that ended between its authentication and here', async () => {
    current = { ...row, state: 'ended' };
    const { seen } = read(deps());
    await settle();
    expect(seen).toEqual({ names: ['revoked'], isOver: true });
  });

  it('sees within its heartbeat what nobody told: an end', async () => {
    const { seen } = read(deps());
    await vi.advanceTimersByTimeAsync(30_000);
    expect(seen.isOver).toBe(false);
    current = { ...row, state: 'ended' };
    await vi.advanceTimersByTimeAsync(15_000);
    expect(seen).toEqual({ names: ['revoked'], isOver: true });
  });

  it.each([
    ['has run out', { ...row, idleExpiresAt: 40_000 }],
    ['has run out and was collected', undefined],
  ])('of a session that %s ends without a word: nobody has ended that', async (_how, found) => {
    const { seen } = read(deps());
    await vi.advanceTimersByTimeAsync(30_000);
    current = found;
    await vi.advanceTimersByTimeAsync(15_000);
    expect(seen).toEqual({ names: [], isOver: true });
    expect(subscribers.size).toBe(0);
  });

  it('that cannot begin leaves nothing behind either', async () => {
    subscribing = Promise.reject(new Error('the store is away'));
    const world = deps();
    const { client } = read(world);
    await settle();
    expect(client.destroyed).toBe(true);
    expect(await world.metrics.text()).toContain('latchkey_event_streams 0');
  });

  it('says to ask for everything again after a long gap', async () => {
    kept = Array.from({ length: 600 }, (_, index) => ({ seq: index + 1, event: { type: 'policy' }, at: 0 }));
    const { seen } = read(deps(), 1);
    await settle();
    expect(seen.names).toEqual(['policy']);
  });

  it('leaves nothing behind when the client goes, however early', async () => {
    const gate = Promise.withResolvers<void>();
    subscribing = gate.promise;
    const early = read(deps());
    early.cancel();
    gate.resolve();
    await settle();
    expect(subscribers.size).toBe(0);

    const late = read(deps());
    await settle();
    expect(subscribers.size).toBe(1);
    late.cancel();
    await settle();
    expect(subscribers.size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is cut when its client does not read, instead of waiting for it in memory', async () => {
    const client = new Writable({ write: () => undefined });
    followOn(client, followOf(deps(), streams, session, undefined));
    await settle();
    for (let count = 0; count < 3_000 && !client.destroyed; count += 1) happens({ type: 'policy' });
    await settle();
    expect(client.destroyed).toBe(true);
    expect(client.writableLength).toBeLessThan(70_000);
    expect(subscribers.size).toBe(0);
  });
});
