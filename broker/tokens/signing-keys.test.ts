import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRing } from '../keys/ring.ts';
import { createStore } from '../store/open.ts';
import { type Store, StoreUnavailableError } from '../store/store.ts';
import { newSigningKey } from './new-signing-key.ts';
import { createSigningKeys } from './signing-keys.ts';

const now = () => 1_800_000_000_000;
const ring = createRing([{ kid: 'k1', key: randomBytes(32) }]);
let store: Store;
/** How often the store was read. */
let reads: number;

beforeEach(async () => {
  const opened = await createStore('sqlite::memory:', { now });
  await opened.migrate();
  reads = 0;
  store = {
    ...opened,
    listSigningKeys() {
      reads += 1;
      return opened.listSigningKeys();
    },
  };
});
afterEach(() => store.close());

const replica = () => createSigningKeys({ store, ring, now });
const spares = () => Promise.all([newSigningKey(ring, 'active', now()), newSigningKey(ring, 'next', now())] as const);

describe('signing keys', () => {
  it('that are revoked sign nothing more and verify nothing more, on any replica, from that moment', async () => {
    const [one, other] = [replica(), replica()];
    const { kid } = await one.current();
    const { keys } = await other.usable();
    expect(keys.map((key) => key.kid)).toContain(kid);
    const { active } = await store.revokeSigningKeys([kid], await spares());
    for (const keys of [one, other]) {
      expect((await keys.current()).kid).toBe(active);
      expect((await keys.usable()).keys.map((key) => key.kid)).not.toContain(kid);
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

  it('keep the set they are in while nothing changes, so that nothing is imported again', async () => {
    const keys = replica();
    expect(await keys.usable()).toBe(await keys.usable());
  });

  it('are published as last read while the store is away, but not used', async () => {
    const keys = replica();
    const published = await keys.published();
    store.listSigningKeys = () => Promise.reject(new StoreUnavailableError('away'));
    expect(await keys.published()).toBe(published);
    await expect(keys.usable()).rejects.toThrow('away');
    await expect(keys.current()).rejects.toThrow('away');
  });
});
