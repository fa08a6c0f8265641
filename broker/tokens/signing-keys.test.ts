import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRing, RingError } from '../keys/ring.ts';
import type { LogLine } from '../log.ts';
import { createStore } from '../store/open.ts';
import { signingKeysStamp } from '../store/signing-keys-stamp.ts';
import { type Store, StoreUnavailableError } from '../store/store.ts';
import { newSigningKey } from './new-signing-key.ts';
import { createSigningKeys } from './signing-keys.ts';

const now = () => 1_800_000_000_000;
const ring = createRing([{ kid: 'k1', key: randomBytes(32) }]);
let store: Store;
/** How many times the store was read. */
let reads: number;
let lines: LogLine[];

beforeEach(async () => {
  const opened = await createStore('sqlite::memory:', { now });
  await opened.migrate();
  reads = 0;
  lines = [];
  store = {
    ...opened,
    listSigningKeys() {
      reads += 1;
      return opened.listSigningKeys();
    },
  };
});
afterEach(() => store.close());

const note = (line: LogLine) => void lines.push(line);
const log = { info: note, warn: note, error: note };
const replica = (keys = ring) => createSigningKeys({ store, ring: keys, now, log });
const spares = () => Promise.all((['active', 'next'] as const).map((state) => newSigningKey(ring, state, now())));

describe('signing keys', () => {
  it('that are revoked sign nothing more and verify nothing more, on any replica, from that moment', async () => {
    const [one, other] = [replica(), replica()];
    const { kid } = await one.current();
    const { keys } = await other.usable('any');
    expect(keys.map((key) => key.kid)).toContain(kid);
    const { active } = await store.revokeSigningKeys([kid], await spares());
    for (const keys of [one, other]) {
      expect(active).toContain((await keys.current()).kid);
      expect((await keys.usable('any')).keys.map((key) => key.kid)).not.toContain(kid);
      expect((await keys.published()).keys.map((key) => key.kid)).not.toContain(kid);
    }
  });

  it('that are used often are read by one caller for all, after each of them has asked', async () => {
    const keys = replica();
    await keys.current();
    reads = 0;
    await Promise.all(Array.from({ length: 50 }, () => keys.current()));
    expect(reads).toBe(2);
  });

  it('are not read again by a caller who has just seen that they are the same', async () => {
    const keys = replica();
    const stamp = async () => signingKeysStamp(await store.listSigningKeys());
    const { kid } = await keys.current('ES256', await stamp());
    const before = await stamp();
    reads = 0;
    expect((await keys.current('ES256', before)).kid).toBe(kid);
    expect(reads).toBe(0);
    const { active } = await store.revokeSigningKeys([kid], await spares());
    const after = await stamp();
    reads = 0;
    const next = await keys.current('ES256', after);
    expect([next.kid === kid, active.includes(next.kid), reads]).toEqual([false, true, 1]);
    const rotated = createRing([{ kid: 'k2', key: randomBytes(32) }, ...ring.all]);
    let current = ring;
    const live = createSigningKeys({
      store,
      ring: {
        get current() {
          return current.current;
        },
        get all() {
          return current.all;
        },
        get: (name) => current.get(name),
      },
      now,
      log,
    });
    await live.current('ES256', after);
    current = rotated;
    reads = 0;
    await live.current('ES256', after);
    expect(reads).toBe(1);
  });

  it('keep the set they are in while nothing changes, so that nothing is imported again', async () => {
    const keys = replica();
    expect(await keys.usable('any')).toBe(await keys.usable('any'));
  });

  it('are published as last read while the store is away, but not used', async () => {
    const keys = replica();
    const published = await keys.published();
    store.listSigningKeys = () => Promise.reject(new StoreUnavailableError('away'));
    expect(await keys.published()).toBe(published);
    await expect(keys.usable('any')).rejects.toThrow('away');
    await expect(keys.current()).rejects.toThrow('away');
  });

  it('of which the key file does not open the private half are no keys, whoever wrote the row', async () => {
    await replica().current();
    const planted = await newSigningKey(createRing([{ kid: 'k1', key: randomBytes(32) }]), 'active', now());
    await store.insertSigningKey({ ...planted, state: 'retired' });
    const [real] = await store.listSigningKeys();
    // A real key's row, with the attacker's public key.
    await store.insertSigningKey({
      ...planted,
      kid: 'other',
      state: 'retired',
      sealedPrivate: real?.sealedPrivate ?? '',
    });
    for (const { keys } of [await replica().usable(planted.kid), await replica().published()]) {
      expect(keys.map(({ kid }) => kid)).not.toContain(planted.kid);
      expect(keys.map(({ kid }) => kid)).not.toContain('other');
      // An active and a next key for each algorithm.
      expect(keys).toHaveLength(4);
    }
  });

  it('of a database that somebody has edited are published as their private halves want', async () => {
    const [active] = (await replica().published()).keys;
    const { listSigningKeys } = store;
    store.listSigningKeys = async () =>
      (await listSigningKeys()).map((key) => ({ ...key, publicJwk: { ...key.publicJwk, x: 'AA', y: 'AA' } }));
    expect((await replica().published()).keys[0]).toEqual(active);
  });

  it('whose encryption key is missing are a fault of this broker, not of the token', async () => {
    const { kid } = await replica().current();
    const copy = replica(createRing([{ kid: 'old copy', key: randomBytes(32) }]));
    await expect(copy.current()).rejects.toThrow(RingError);
    await expect(copy.usable(kid)).rejects.toThrow(RingError);
    expect((await copy.usable('made up')).keys).toEqual([]);
    expect(lines.map(({ event }) => event)).toEqual(Array(4).fill('not_opened'));
  });
});
