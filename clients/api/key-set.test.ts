import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { createKeySet, type KeySet } from './key-set.ts';
import { createKeyLoader } from './load-keys.ts';
import { createTestIssuer, issuer, type TestIssuer } from './testing/issuer.ts';

let at: TestIssuer;
let keys: KeySet;
const metadataPath = '/.well-known/oauth-authorization-server';
const rules = { metadata: 'oauth', algorithms: ['ES256'] } as const;
const has = async (kid: string) => (await keys.get(kid)) !== undefined;
let loads: Promise<unknown>[];
/** Waits for a refresh in the background. */
const settle = () => Promise.allSettled(loads);

async function publish(kid: string): Promise<void> {
  const { publicKey } = await generateKeyPair('ES256', { extractable: true });
  at.state.published = [{ ...(await exportJWK(publicKey)), kid }];
}

beforeEach(async () => {
  at = await createTestIssuer();
  const load = createKeyLoader({ ...rules, issuer, fetch: at.fetch });
  loads = [];
  const noted = () => {
    const loading = load();
    loads.push(loading);
    return loading;
  };
  keys = createKeySet({ load: noted, now: at.now });
});

describe('the keys of an issuer', () => {
  it('are found by its metadata, once for all who wait', async () => {
    expect(at.state.asked).toEqual([]);
    expect(await Promise.all([has('k1'), has('k1'), has('k1')])).toEqual([true, true, true]);
    expect(at.state.asked).toEqual([metadataPath, '/jwks']);
  });

  it('are found below the path of an issuer that has one (RFC 8414 §3.1)', async () => {
    at.state.metadata = { issuer: `${issuer}/tenant/`, jwks_uri: `${issuer}/jwks` };
    await createKeyLoader({ ...rules, issuer: `${issuer}/tenant/`, fetch: at.fetch })();
    expect(at.state.asked[0]).toBe(`${metadataPath}/tenant`);
  });

  it('are not taken from a document without an end', async () => {
    const endless = new ReadableStream<Uint8Array>({ pull: (to) => to.enqueue(new Uint8Array(65_536)) });
    const fetch = async () => new Response(endless);
    await expect(createKeyLoader({ ...rules, issuer, fetch })()).rejects.toThrow(/larger than|JSON/);
  });

  it('are taken from jwksUri without asking for metadata', async () => {
    await createKeyLoader({ ...rules, issuer, jwksUri: `${issuer}/jwks`, fetch: at.fetch })();
    expect(at.state.asked).toEqual(['/jwks']);
  });

  it.each([
    ['another issuer', { issuer: 'https://evil.example.com', jwks_uri: `${issuer}/jwks` }],
    ['no jwks_uri', { issuer }],
    ['an insecure jwks_uri', { issuer, jwks_uri: 'http://latchkey.example.com/jwks' }],
    ['no object', null],
  ])('are not taken from metadata with %s', async (_, metadata) => {
    at.state.metadata = metadata;
    await expect(keys.get('k1')).rejects.toThrow(metadataPath);
  });

  it('are only those for ES256 signatures; a broken one hides nothing', async () => {
    const [good] = at.state.published as [JWK];
    const { publicKey } = await generateKeyPair('RS256', { extractable: true });
    at.state.published = [
      { ...(await exportJWK(publicKey)), kid: 'rsa' },
      { ...good, kid: 'enc', use: 'enc' },
      { ...good, kid: 'es384', alg: 'ES384' },
      { ...good, kid: 'broken', x: 'AA' },
      { ...good, kid: undefined } as JWK,
      null as unknown as JWK,
      good,
    ];
    expect(await has('k1')).toBe(true);
    for (const kid of ['rsa', 'enc', 'es384', 'broken']) expect(await has(kid)).toBe(false);
  });

  it.each<[string, Partial<JWK>]>([
    ['an exponent that is a number', { e: 65_537 as unknown as string }],
    ['no exponent', { e: undefined as unknown as string }],
    ['a modulus that is not text', { n: 7 as unknown as string }],
    ['a modulus that is too short', { n: 'AQAB' }],
  ])('include every good RSA key, whatever is beside it: %s', async (_, malformed) => {
    const { publicKey } = await generateKeyPair('RS256', { extractable: true });
    const jwk = await exportJWK(publicKey);
    at.state.published = [
      { ...jwk, kid: 'malformed', ...malformed },
      { ...jwk, kid: 'good' },
    ];
    const loaded = await createKeyLoader({ ...rules, algorithms: ['RS256'], issuer, fetch: at.fetch })();
    expect([...loaded.keys.keys()]).toEqual(['good']);
  });
});

describe('the cache', () => {
  it('is used for max-age, then refreshed in the background', async () => {
    await has('k1');
    await publish('k2');
    at.state.now += 300_000;
    expect(await has('k1')).toBe(true);
    await settle();
    expect(at.state.asked).toHaveLength(2);
    at.state.now += 1;
    expect(await has('k1')).toBe(true);
    await settle();
    expect(at.state.asked).toHaveLength(3);
    expect([await has('k1'), await has('k2')]).toEqual([false, true]);
  });

  it('is refreshed first after long idleness, so that a withdrawn key is not taken once more', async () => {
    await has('k1');
    await publish('k2');
    at.state.now += 600_001;
    expect(await has('k1')).toBe(false);
  });

  it.each([
    ['max-age=1', 30_000],
    ['no-store', 30_000],
    ['max-age=99999999', 86_400_000],
    [undefined, 600_000],
    ['public, max-age="120"', 120_000],
  ])('reads %s within bounds', async (cacheControl, ms) => {
    at.state.cacheControl = cacheControl;
    expect((await createKeyLoader({ ...rules, issuer, fetch: at.fetch })()).maxAgeMs).toBe(ms);
  });

  it('serves the old set through an outage, for a day', async () => {
    await has('k1');
    at.state.broken = true;
    at.state.now += 86_400_000;
    expect(await has('k1')).toBe(true);
    at.state.now += 1_000;
    await expect(keys.get('k1')).rejects.toThrow('fetch failed');
    at.state.broken = false;
    at.state.now += 1_000;
    expect(await has('k1')).toBe(true);
  });

  it('asks for metadata again when the keys are no longer where they were', async () => {
    at.state.cacheControl = 'max-age=30';
    const later = async () => {
      at.state.now += 30_001;
      await has('k1');
      await settle();
    };
    await has('k1');
    at.state.metadata = { issuer, jwks_uri: `${issuer}/moved` };
    at.state.broken = true;
    await later();
    at.state.broken = false;
    at.state.asked = [];
    await later();
    expect(at.state.asked).toEqual([metadataPath, '/moved']);
  });

  it('finds a new key at once, and then asks at most every 30 s however many are made up', async () => {
    await has('k1');
    at.state.now += 30_000;
    await publish('k2');
    expect(await has('k2')).toBe(true);
    const asked = at.state.asked.length;
    for (let i = 0; i < 100; i += 1) expect(await has(`made-up-${i}`)).toBe(false);
    at.state.now += 29_999;
    expect(await has('made-up')).toBe(false);
    expect(at.state.asked).toHaveLength(asked);
    at.state.now += 1;
    await has('made-up');
    expect(at.state.asked).toHaveLength(asked + 1);
  });

  it('is dropped when told so: a revoked key is not taken once more, whatever the cooldown', async () => {
    expect(await has('k1')).toBe(true);
    await publish('k2');
    keys.drop();
    expect(await has('k1')).toBe(false);
    expect(await has('k2')).toBe(true);
  });

  it('takes nothing from a load that began before it was dropped', async () => {
    const load = createKeyLoader({ ...rules, issuer, fetch: at.fetch });
    const old = await load();
    await publish('k2');
    const held = Promise.withResolvers<typeof old>();
    const answers = [() => held.promise, load];
    keys = createKeySet({ load: () => (answers.shift() ?? load)(), now: at.now });
    const asking = has('k1');
    keys.drop();
    held.resolve(old);
    expect(await asking).toBe(false);
    expect(await has('k2')).toBe(true);
  });

  it('is filled past HTTP caches after it was dropped, and only then', async () => {
    const asked: (string | null)[] = [];
    const fetch: typeof globalThis.fetch = (input, init) => {
      if (String(input).endsWith('/jwks')) asked.push(new Headers(init?.headers).get('cache-control'));
      return at.fetch(input, init);
    };
    keys = createKeySet({ load: createKeyLoader({ ...rules, issuer, fetch }), now: at.now });
    await has('k1');
    keys.drop();
    await has('k1');
    expect(asked).toEqual([null, 'no-cache']);
  });

  it('is not hammered while there is nothing in it', async () => {
    at.state.broken = true;
    for (let i = 0; i < 10; i += 1) await expect(keys.get('k1')).rejects.toThrow('fetch failed');
    expect(at.state.asked).toHaveLength(1);
    at.state.broken = false;
    at.state.now += 1_000;
    expect(await has('k1')).toBe(true);
  });
});
