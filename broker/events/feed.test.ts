import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LogLine } from '../log.ts';
import { type Revocation, StoreUnavailableError } from '../store/store.ts';
import { eventNameFor } from './event-name.ts';
import { createFeed, type Feed } from './feed.ts';

/** A revocations table that can be unreachable, and whose notifications can get lost. */
function table() {
  const rows: Revocation[] = [];
  const listeners = new Set<() => void>();
  return {
    rows,
    listeners,
    isAway: false,
    wakes: true,
    reads: 0,
    async appendRevocation(event: Record<string, unknown>, at: number) {
      rows.push({ seq: rows.length + 1, event, at });
      if (this.wakes) for (const listener of listeners) listener();
      return rows.length;
    },
    async revocationsAfter(seq: number, limit: number) {
      this.reads += 1;
      if (this.isAway) throw new StoreUnavailableError('away');
      return rows.filter((row) => row.seq > seq).slice(0, limit);
    },
    lastRevocation: async () => rows.length,
    onRevocation(listener: () => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

let store: ReturnType<typeof table>;
let feed: Feed;
let lines: LogLine[];
const seen: number[] = [];
const subscriber = { next: ({ seq }: Revocation) => void seen.push(seq), closed: () => void seen.push(-1) };
const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
  seen.length = 0;
  lines = [];
  store = table();
  const note = (line: LogLine) => void lines.push(line);
  feed = createFeed({
    store,
    now: () => Date.now(),
    elapsed: () => Date.now(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    log: { info: note, warn: note, error: note },
  });
});
afterEach(() => vi.useRealTimers());

describe('the feed', () => {
  it('tells at once what this replica publishes, and nothing from before', async () => {
    await feed.publish({ type: 'policy' });
    const { seq } = await feed.subscribe(subscriber);
    expect(seq).toBe(1);
    await feed.publish({ type: 'policy' });
    await settle();
    expect(seen).toEqual([2]);
  });

  it('finds by polling what nobody woke it for, all of it and once', async () => {
    await feed.subscribe(subscriber);
    store.wakes = false;
    for (let count = 0; count < 1_200; count += 1) await store.appendRevocation({ type: 'policy' }, 0);
    expect(seen).toEqual([]);
    await vi.advanceTimersByTimeAsync(500);
    expect(seen).toEqual(store.rows.map(({ seq }) => seq));
    await vi.advanceTimersByTimeAsync(2_000);
    expect(seen).toHaveLength(1_200);
  });

  it('outlives a store that is away, says so once, and misses nothing', async () => {
    await feed.subscribe(subscriber);
    store.isAway = true;
    await feed.publish({ type: 'policy' });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(lines.map(({ event }) => event)).toEqual(['revocations_unread']);
    store.isAway = false;
    await vi.advanceTimersByTimeAsync(500);
    expect(seen).toEqual([1]);
  });

  it('reads nothing while nobody listens', async () => {
    const { stop } = await feed.subscribe(subscriber);
    stop();
    await settle();
    const { reads } = store;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(store.reads).toBe(reads);
    expect(store.listeners.size).toBe(0);
  });

  it('tells its subscribers when it closes', async () => {
    await feed.subscribe(subscriber);
    feed.close();
    expect(seen).toEqual([-1]);
  });

  it('tells one that subscribes after that, or meanwhile, and reads no more', async () => {
    const meanwhile = feed.subscribe(subscriber);
    feed.close();
    await meanwhile;
    await feed.subscribe(subscriber);
    expect(seen).toEqual([-1, -1]);
    const { reads } = store;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(store.reads).toBe(reads);
  });
});

describe('whether the feed is current', () => {
  const round = () => vi.advanceTimersByTimeAsync(400);

  it('is known from the first read on, while reads succeed', async () => {
    await feed.subscribe(subscriber);
    expect(feed.isCurrent()).toBe(false);
    await round();
    expect(feed.isCurrent()).toBe(true);
    for (let polls = 0; polls < 10; polls += 1) await round();
    expect(feed.isCurrent()).toBe(true);
    store.isAway = true;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(feed.isCurrent()).toBe(false);
    store.isAway = false;
    await round();
    expect(feed.isCurrent()).toBe(true);
  });

  it('ends with a hint, until the event has been delivered', async () => {
    await feed.subscribe(subscriber);
    await round();
    const published = feed.publish({ type: 'policy' });
    expect(feed.isCurrent()).toBe(false);
    await published;
    await settle();
    expect(seen).toEqual([1]);
    expect(feed.isCurrent()).toBe(true);
  });

  it('ends when the last subscriber leaves', async () => {
    const { stop } = await feed.subscribe(subscriber);
    await round();
    stop();
    expect(feed.isCurrent()).toBe(false);
  });
});

describe('an event', () => {
  const session = { id: 's1', sub: 'ada', accountKeys: ['ada@'] };
  it.each([
    ['its own end', { type: 'revoked', sessions: ['s0', 's1'] }, 'revoked'],
    ['its successor', { type: 'revoked', sessions: ['s1'], reason: 'replaced' }, 'replaced'],
    ['another’s end', { type: 'revoked', sessions: ['s2'] }, undefined],
    ['its person’s consents', { type: 'consent', sub: 'ada' }, 'consent'],
    ['another’s consents', { type: 'consent', sub: 'grace' }, undefined],
    ['its person’s new device', { type: 'sign_in', sub: 'ada' }, 'sign_in'],
    ['another’s new device', { type: 'sign_in', sub: 'grace' }, undefined],
    ['a device that named its person', { type: 'device_request', account: 'ada@' }, 'device_request'],
    ['a device that named another', { type: 'device_request', account: 'grace@' }, undefined],
    ['a device that named nobody', { type: 'device_request' }, undefined],
    ['its person’s policy', { type: 'policy', sub: 'ada' }, 'policy'],
    ['everybody’s policy', { type: 'policy' }, 'policy'],
    ['another’s policy', { type: 'policy', sub: 'grace' }, undefined],
    ['something of a newer version', { type: 'weather' }, undefined],
  ])('of %s has its name on a stream', (_what, event, name) => {
    expect(eventNameFor(event, session)).toBe(name);
  });
});
