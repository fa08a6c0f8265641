import { createProof } from '@latchkey/shared/dpop.ts';
import { base64url, CompactSign, calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { ApiError } from './api-error.ts';
import { verifier } from './index.ts';
import { audience, createTestIssuer, issuer, type TestIssuer } from './testing/issuer.ts';
import type { Verify } from './verifier.ts';

const url = `${audience}/v1/orders?page=2`;
let at: TestIssuer;
let verify: Verify;
let holder: Awaited<ReturnType<typeof createHolder>>;
let token: string;

async function createHolder() {
  const keys = await generateKeyPair('ES256', { extractable: true });
  const publicJwk = await exportJWK(keys.publicKey);
  return { privateKey: keys.privateKey, publicJwk, jkt: await calculateJwkThumbprint(publicJwk) };
}
const hash = async (text: string) =>
  base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))));

interface Changes {
  keys?: typeof holder;
  method?: string;
  url?: string;
  ath?: string;
  at?: number;
}
const prove = async ({ keys = holder, method = 'GET', url: htu = url, ath, at: when = at.state.now }: Changes = {}) =>
  createProof(keys, { method, url: htu, ath: ath ?? (await hash(token)) }, when);
const call = (proof: string | undefined, scheme = 'DPoP', requirements?: Parameters<Verify>[1]) =>
  verify(
    new Request(url, { headers: { authorization: `${scheme} ${token}`, ...(proof ? { dpop: proof } : {}) } }),
    requirements,
  );

beforeEach(async () => {
  at = await createTestIssuer();
  verify = verifier({ issuer, audience, fetch: at.fetch, now: at.now });
  holder = await createHolder();
  token = await at.sign({ cnf: { jkt: holder.jkt } });
});

describe('a token bound to a key', () => {
  it('is good with a proof by this key', async () => {
    expect(await call(await prove())).toMatchObject({ sub: 'p_1', cnf: { jkt: holder.jkt } });
  });

  it('is refused as a bearer token, with the cure in the sentence', async () => {
    const error = await call(undefined, 'Bearer').catch((e) => e);
    expect(error).toMatchObject({ code: 'invalid_token', reason: 'wrong_type' });
    expect(error.message).toContain('send it as DPoP');
  });

  it.each<[string, () => Promise<string | undefined>]>([
    ['without a proof', async () => undefined],
    ['with nonsense for a proof', async () => 'a.b.c'],
    ['with two proofs', async () => `${await prove()}, ${await prove()}`],
    ['with a proof by another key', async () => prove({ keys: await createHolder() })],
    ['with a proof for another method', async () => prove({ method: 'POST' })],
    ['with a proof for another URL', async () => prove({ url: `${audience}/v1/customers` })],
    ['with a proof for another token', async () => prove({ ath: await hash('another') })],
    ['with a proof too old', async () => prove({ at: at.state.now - 61_000 })],
    ['with a proof from the future', async () => prove({ at: at.state.now + 61_000 })],
  ])('is refused %s', async (_, proof) => {
    const error = await call(await proof()).catch((e) => e);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ code: 'invalid_dpop_proof', status: 401 });
    expect(error.wwwAuthenticate).toMatch(/^DPoP error="invalid_dpop_proof".*, algs="ES256"$/);
  });

  it('takes a proof once', async () => {
    const proof = await prove();
    await call(proof);
    at.state.now += 60_000;
    await expect(call(proof)).rejects.toMatchObject({ code: 'invalid_dpop_proof' });
  });

  it('takes the URL that the client called from the caller, who knows the proxy', async () => {
    const proof = await prove({ url: 'https://public.example.com/orders' });
    expect(await call(proof, 'DPoP', { url: 'https://public.example.com/orders' })).toMatchObject({ sub: 'p_1' });
  });

  it('answers under the scheme that the token came with', async () => {
    const error = await call(await prove(), 'DPoP', { scopes: ['orders:write'] }).catch((e) => e);
    expect(error.wwwAuthenticate).toMatch(/^DPoP error="insufficient_scope"/);
  });
});

describe('a replay store of the API itself', () => {
  it('is asked for each proof, with the time until which it matters', async () => {
    const used: [string, number, string][] = [];
    const replay = { use: async (...proof: [string, number, string]) => used.push(proof) === 1 };
    verify = verifier({ issuer, audience, fetch: at.fetch, now: at.now, replay });
    await call(await prove());
    expect(used[0]?.[0].startsWith(`${holder.jkt}.`)).toBe(true);
    expect(used[0]?.[1]).toBe(at.state.now + 120_000);
    expect(used[0]?.[2]).toBe('p_1');
    await expect(call(await prove())).rejects.toMatchObject({ code: 'invalid_dpop_proof' });
  });

  it('has an id of the same length for every proof, whatever the client makes up for jti', async () => {
    const lengths = new Set<number>();
    const replay = { use: async (id: string) => lengths.add(id.length).size > 0 };
    verify = verifier({ issuer, audience, fetch: at.fetch, now: at.now, replay });
    for (const jti of ['12345678', 'é'.repeat(128)]) {
      const claims = { jti, htm: 'GET', htu: url, iat: at.state.now / 1_000, ath: await hash(token) };
      const proof = await new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
        .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk: holder.publicJwk })
        .sign(holder.privateKey);
      await call(proof);
    }
    expect([...lengths]).toEqual([87]);
  });

  it('lets nothing in while it fails', async () => {
    const replay = { use: () => Promise.reject(new Error('down')) };
    verify = verifier({ issuer, audience, fetch: at.fetch, now: at.now, replay });
    await expect(call(await prove())).rejects.toMatchObject({ code: 'temporarily_unavailable', status: 503 });
  });
});

it('a token bound to no key is refused as DPoP', async () => {
  token = await at.sign();
  await expect(call(await prove())).rejects.toMatchObject({ code: 'invalid_token', reason: 'wrong_type' });
});
