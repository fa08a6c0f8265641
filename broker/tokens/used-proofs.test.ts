import { nonceLifeMs, nonceSkewMs } from '@latchkey/shared/resource-server/nonce-life.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { type RememberProof, rememberInMemory } from './used-proofs.ts';

const start = 1_800_000_000_000;
const longest = nonceLifeMs + nonceSkewMs;

/** As the store does: until the key expires. */
function storeOf() {
  const kept = new Map<string, number>();
  return {
    kept,
    rememberOnce(key: string, expiresAt: number, now: number) {
      const isKnown = (kept.get(key) ?? 0) > now;
      if (!isKnown) kept.set(key, expiresAt);
      return Promise.resolve(!isKnown);
    },
  };
}

describe('used proofs in memory', () => {
  const time = { now: start };
  /** Nobody sets the wall clock, unless a test does. */
  const elapsed = () => time.now;
  const rememberAt = (remember: RememberProof) => (key: string, until: number, at: number) => {
    time.now = at;
    return remember(key, until, at);
  };
  beforeEach(() => {
    time.now = start;
  });

  it('are known for as long as their nonce is good, whenever they came', async () => {
    const store = storeOf();
    const remember = rememberAt(rememberInMemory(store, { elapsed }));
    for (let at = start; at < start + 3 * longest; at += 7_000) {
      const [key, until] = [`proof of ${at}`, at + longest + 1];
      expect(await remember(key, until, at)).toBe(true);
      expect(await remember(key, until, at)).toBe(false);
    }
    // Each is presented again at every later moment at which its nonce is good.
    const again = rememberAt(rememberInMemory(store, { elapsed }));
    const keys: { key: string; until: number }[] = [];
    for (let at = start; at < start + 3 * longest; at += 7_000) {
      for (const { key, until } of keys.filter((proof) => at < proof.until)) {
        expect(await again(key, until, at)).toBe(false);
      }
      keys.push({ key: `proof of ${at}`, until: at + longest + 1 });
      expect(await again(`proof of ${at}`, at + longest + 1, at)).toBe(true);
    }
    expect(store.kept.size).toBe(0);
  });

  it('go to the store beyond the limit, and are known from both', async () => {
    const store = storeOf();
    const remember = rememberAt(rememberInMemory(store, { elapsed, limit: 2 }));
    const until = start + 1_000;
    for (const key of ['one', 'two', 'three', 'four']) expect(await remember(key, until, start)).toBe(true);
    expect([...store.kept.keys()]).toEqual(['three', 'four']);
    for (const key of ['one', 'two', 'three', 'four']) expect(await remember(key, until, start + 999)).toBe(false);
  });

  it('are known after the store is no longer asked, if they came when there was room again', async () => {
    const store = storeOf();
    const remember = rememberAt(rememberInMemory(store, { elapsed, limit: 2 }));
    const rotation = start + longest + 1;
    await remember('one', start + longest, start);
    await remember('two', rotation + longest, rotation);
    await remember('full', rotation + 100 + longest, rotation + 100);
    // The memory has room again, and the store is still asked.
    const later = rotation + longest + 1;
    expect(await remember('later', later + longest, later)).toBe(true);
    for (let at = later; at < later + longest; at += 50)
      expect(await remember('later', later + longest, at)).toBe(false);
  });

  it('are forgotten afterwards, so the store is left alone again', async () => {
    const store = storeOf();
    const remember = rememberAt(rememberInMemory(store, { elapsed, limit: 1 }));
    await remember('one', start + 1_000, start);
    await remember('two', start + 1_000, start);
    const later = start + 3 * longest;
    await remember('three', later + 1_000, later);
    await remember('four', later + longest + 1_000, later + longest + 1);
    const last = later + 2 * longest + 2;
    expect(await remember('five', last + 1_000, last)).toBe(true);
    expect([...store.kept.keys()]).not.toContain('five');
  });

  it('are known after the wall clock was set ahead, even for a day, and back', async () => {
    for (const ahead of [longest + 1, 3 * longest, 86_400_000]) {
      const remember = rememberInMemory(storeOf(), { elapsed: () => 0 });
      expect(await remember('one', start + longest, start)).toBe(true);
      await remember('in between', start + ahead + longest, start + ahead);
      await remember('later', start + 2 * ahead + longest, start + 2 * ahead);
      expect(await remember('one', start + longest, start + 1_000)).toBe(false);
    }
  });

  it('are forgotten in time after the wall clock was set back', async () => {
    const store = storeOf();
    const clock = { elapsed: 0 };
    const remember = rememberInMemory(store, { elapsed: () => clock.elapsed, limit: 2 });
    const rememberLater = async (name: string, ahead: number) => {
      clock.elapsed += longest + 1;
      const now = start + clock.elapsed + ahead;
      expect(await remember(name, now + longest, now)).toBe(true);
    };
    await rememberLater('one', 86_400_000);
    await rememberLater('two', 86_400_000);
    for (const name of ['three', 'four', 'five']) await rememberLater(name, 0);
    expect([...store.kept.keys()]).toEqual(['three']);
  });
});
