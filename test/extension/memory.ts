import type { ProfileKeys, SessionKey } from '../../extension/platform/keys.ts';
import type { Area } from '../../extension/platform/stored-value.ts';

/** A fake of the browser's storage. It copies values in and out, like the real one. */
export function memoryArea(): Area & { dump(): Record<string, unknown> } {
  const values = new Map<string, unknown>();
  return {
    get: async (key) => structuredClone(values.get(key)),
    set: async (key, value) => void values.set(key, structuredClone(value)),
    remove: async (keys) => {
      for (const key of [keys].flat()) values.delete(key);
    },
    keys: async () => [...values.keys()],
    dump: () => Object.fromEntries(values),
  };
}

/** A fake of IndexedDB with real keys. */
export function memoryKeys() {
  let stored: SessionKey | undefined;
  return {
    load: async () => stored,
    async loadOrCreate() {
      stored ??= await generate();
      return stored;
    },
    erase: async () => {
      stored = undefined;
    },
  };
}

/** Each profile's keys, by profile ID. */
export function memoryKeysOf() {
  const made = new Map<string, ReturnType<typeof memoryKeys>>();
  const named = (name: string) => {
    const known = made.get(name) ?? memoryKeys();
    made.set(name, known);
    return known;
  };
  const of = (profile: string): ProfileKeys => ({
    session: named(profile),
    ofOrigin: (origin) => named(`${profile} ${origin}`),
  });
  const profiles = async (): Promise<string[]> => {
    const names = [...made.keys()].filter((name) => !name.includes(' '));
    const keys = await Promise.all(names.map((name) => named(name).load()));
    return names.filter((_, index) => keys[index]);
  };
  return Object.assign(of, { profiles });
}

async function generate(): Promise<SessionKey> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
  return {
    privateKey: pair.privateKey,
    publicJwk: (await crypto.subtle.exportKey('jwk', pair.publicKey)) as JsonWebKey,
  };
}
