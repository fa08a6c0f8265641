import { verifyProof } from '@latchkey/shared/dpop.ts';
import { describe, expect, it } from 'vitest';
import { answer, api, shop } from '../../../test/extension/fake-broker.ts';
import { memoryKeys } from '../../../test/extension/memory.ts';
import { createProofs } from './proofs.ts';

const keys = new Map<string, ReturnType<typeof memoryKeys>>();
const keysOf = (origin: string) => {
  const known = keys.get(origin) ?? memoryKeys();
  keys.set(origin, known);
  return known;
};
const session = (dpop: 'required' | 'off') => {
  const view = answer([]);
  for (const site of view.policy.sites) for (const resource of site.resources) resource.dpop = dpop;
  return view;
};
const proofs = (dpop: 'required' | 'off' = 'required') =>
  createProofs({ keysOf, current: async () => session(dpop), now: () => 1_700_000_000_000 });
const ask = { origin: shop, resource: api, scopes: ['orders:read'] };

describe('proofs for pages', () => {
  it('bind where the resource wants it, by one key an origin', async () => {
    expect(await proofs('off').bind(ask)).toBeUndefined();
    const jkt = await proofs().bind(ask);
    expect(jkt).toMatch(/^[\w-]{43}$/);
    expect(await proofs().bind(ask)).toBe(jkt);
    const key = await keysOf(shop).loadOrCreate();
    expect(key.privateKey.extractable).toBe(false);
    expect((await keysOf('https://other.test').loadOrCreate()).publicJwk).not.toEqual(key.publicJwk);
  });

  it('are for one request and one token, with the key that the token is bound to', async () => {
    const proof = await proofs().prove(ask, 'token', { method: 'GET', url: `${api}/orders`, nonce: 'n' });
    expect(await verifyProof(proof, { method: 'GET', url: `${api}/orders` })).toMatchObject({
      jkt: await proofs().bind(ask),
      nonce: 'n',
      // SHA-256 of “token”, base64url.
      ath: 'PEaenWxYddN6Q_NT1PiOYfz4EsZu7jRXRlpAsNpBU-A',
    });
  });

  it.each([
    'https://evil.test/orders',
    `${api}.evil.test/orders`,
    `${api}:8443/orders`,
    'http://api.test/orders',
    'https://user@api.test/orders',
    'orders',
  ])('are not made for %s', async (url) => {
    await expect(proofs().prove(ask, 'token', { method: 'GET', url })).rejects.toMatchObject({ code: 'policy_denied' });
  });
});
