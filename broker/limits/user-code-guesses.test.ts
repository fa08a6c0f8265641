import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRing } from '../keys/ring.ts';
import { compareCode } from '../oauth/compare-user-code.ts';
import { newUserCode, userCodeHash } from '../oauth/user-code.ts';
import { createStore } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import { budgets } from './budgets.ts';
import { expectedHits, mostComparisons } from './user-code-guesses.ts';

const clock = { now: 1_800_000_000_000 };
const now = () => clock.now;
const ring = createRing([{ kid: 'k1', key: randomBytes(32) }]);

let real: Store;
let store: Store;
let comparisons: number;

beforeEach(async () => {
  real = await createStore('sqlite::memory:', { now });
  await real.migrate();
  comparisons = 0;
  store = {
    ...real,
    findDeviceGrantByUserCode(hash, at) {
      comparisons += 1;
      return real.findDeviceGrantByUserCode(hash, at);
    },
  };
});
afterEach(() => real.close());

const guess = async (sub: string, address: string, userCode = newUserCode()) =>
  (await compareCode({ store, ring, now }, { sub, address, userCode })).outcome;

async function waitingCode(): Promise<string> {
  const userCode = newUserCode();
  await real.insertDeviceGrant({
    deviceCodeHash: randomBytes(32).toString('base64url'),
    userCodeHash: userCodeHash(ring.current.key, userCode),
    clientId: 'tv',
    scopes: [],
    publicKey: 'x',
    ringKid: 'k1',
    interval: 5,
    createdAt: now(),
    expiresAt: now() + 600_000,
  });
  return userCode;
}

describe('the guess budget', () => {
  it('is what its arithmetic says', () => {
    expect(mostComparisons(100, 1_000)).toBe(1_000);
    expect(mostComparisons(100, 1)).toBe(400);
    expect(mostComparisons(1, 1_000)).toBe(10);
    expect(expectedHits(1_000, 100)).toBeCloseTo(3.9e-6, 7);
  });

  it.each([
    ['100 accounts at one address', 100, 1],
    ['100 accounts at 10 addresses', 100, 10],
    ['5 accounts at 50 addresses', 5, 50],
  ])('holds against %s, and is used up', async (_, accounts, addresses) => {
    for (let turn = 0; turn < 2_500; turn += 1) await guess(`p${turn % accounts}`, `a${turn % addresses}`);
    expect(comparisons).toBe(mostComparisons(accounts, addresses));
  });

  it('holds however many come at the same time', async () => {
    await Promise.all(Array.from({ length: 400 }, (_, turn) => guess(`p${turn % 4}`, 'a')));
    expect(comparisons).toBe(mostComparisons(4, 1));
  });

  it('keeps three tries for everybody, whatever goes on at their address', async () => {
    for (let turn = 0; turn < 2_000; turn += 1) await guess(`p${turn % 200}`, 'a');
    expect(await guess('honest', 'a')).toBe('wrong');
    expect(await guess('honest', 'a')).toBe('wrong');
    expect(await guess('honest', 'a', await waitingCode())).toBe('found');
  });

  it('does not count right codes, and they make no room for wrong ones', async () => {
    for (let device = 0; device < 30; device += 1) {
      expect(await guess('installer', 'a', await waitingCode())).toBe('found');
    }
    for (let wrong = 0; wrong < budgets.userCode.person.count; wrong += 1)
      expect(await guess('installer', 'a')).toBe('wrong');
    expect(await guess('installer', 'a')).toBe('too_many');
    // The next hour gives the same result.
    clock.now += budgets.userCode.person.windowMs;
    for (let wrong = 0; wrong < budgets.userCode.person.count; wrong += 1)
      expect(await guess('installer', 'a')).toBe('wrong');
    expect(await guess('installer', 'a')).toBe('too_many');
  });
});
