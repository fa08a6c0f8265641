import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Deps } from '../deps.ts';
import type { Subscriber } from '../events/feed.ts';
import { createOpenStreams, type OpenStreams } from '../events/open-streams.ts';
import { createMetrics } from '../metrics/metrics.ts';
import type { Revocation, Session } from '../store/store.ts';
import { openStream } from './session-events.ts';

const row = {
  id: 's1',
  sub: 'ada',
  state: 'active',
  idleExpiresAt: 3_600_000,
  absoluteExpiresAt: 7_200_000,
} as Session;

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

/** Reads the stream in the background. Tracks what has arrived and whether the stream has ended. */
function read(stream: ReadableStream<Uint8Array>) {
  const seen = { names: [] as string[], isOver: false };
  const reader = stream.getReader();
  void (async () => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const name = /^event: (.*)$/m.exec(new TextDecoder().decode(value))?.[1];
      if (name) seen.names.push(name);
    }
    seen.isOver = true;
  })();
  return { seen, cancel: () => reader.cancel() };
}

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  [subscribers, kept, current, streams] = [new Set(), [], row, createOpenStreams()];
  subscribing = Promise.resolve();
});
afterEach(() => vi.useRealTimers());

describe('a stream', () => {
  it('ends with its session, and listens to nothing more', async () => {
    const { seen } = read(openStream(deps(), streams, row, undefined));
    await settle();
    happens({ type: 'policy' });
    happens({ type: 'revoked', sessions: ['s1'] });
    happens({ type: 'policy' });
    await settle();
    expect(seen).toEqual({ names: ['policy', 'revoked'], isOver: true });
    expect(subscribers.size).toBe(0);
  });

  it('ends without a word when a newer session takes its place', async () => {
    const { seen } = read(openStream(deps(), streams, row, undefined));
    await settle();
    happens({ type: 'revoked', sessions: ['s1'], reason: 'replaced' });
    await settle();
    expect(seen).toEqual({ names: [], isOver: true });
  });

  it('tells of a session that ended between its authentication and here', async () => {
    current = { ...row, state: 'ended' };
    const { seen } = read(openStream(deps(), streams, row, undefined));
    await settle();
    expect(seen).toEqual({ names: ['revoked'], isOver: true });
  });

  it('sees within its heartbeat what nobody told: an end', async () => {
    const { seen } = read(openStream(deps(), streams, row, undefined));
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
    const { seen } = read(openStream(deps(), streams, row, undefined));
    await vi.advanceTimersByTimeAsync(30_000);
    current = found;
    await vi.advanceTimersByTimeAsync(15_000);
    expect(seen).toEqual({ names: [], isOver: true });
    expect(subscribers.size).toBe(0);
  });

  it('that cannot begin leaves nothing behind either', async () => {
    subscribing = Promise.reject(new Error('the store is away'));
    const world = deps();
    await expect(openStream(world, streams, row, undefined).getReader().read()).rejects.toThrow('away');
    expect(await world.metrics.text()).toContain('latchkey_event_streams 0');
  });

  it('says to ask for everything again after a long gap', async () => {
    kept = Array.from({ length: 600 }, (_, index) => ({ seq: index + 1, event: { type: 'policy' }, at: 0 }));
    const { seen } = read(openStream(deps(), streams, row, 1));
    await settle();
    expect(seen.names).toEqual(['policy']);
  });

  it('leaves nothing behind when the client goes, however early', async () => {
    const gate = Promise.withResolvers<void>();
    subscribing = gate.promise;
    const early = openStream(deps(), streams, row, undefined);
    await early.cancel();
    gate.resolve();
    await settle();
    expect(subscribers.size).toBe(0);

    const late = read(openStream(deps(), streams, row, undefined));
    await settle();
    expect(subscribers.size).toBe(1);
    await late.cancel();
    expect(subscribers.size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});
