import nodeCrypto from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { exportJWK, exportPKCS8, generateKeyPair } from 'jose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hostileTokens } from '../../test/e2e/kit/hostile-tokens.ts';
import { ApiError } from './api-error.ts';
import { verifier } from './index.ts';
import { audience, createTestIssuer, issuer, request, type TestIssuer } from './testing/issuer.ts';
import { type VectorFile, vectorFile } from './testing/vectors/file.ts';
import type { Verify } from './verifier.ts';

const patient = { timeout: 15_000 };
let at: TestIssuer;
let verify: Verify;
beforeEach(async () => {
  at = await createTestIssuer();
  verify = verifier({ issuer, audience, fetch: at.fetch, now: at.now });
  // The keys are loaded with the first token.
  await verify(request(await at.sign({ jti: 'first' })));
});
afterEach(() => vi.unstubAllGlobals());

/** How many signatures a piece of work verifies, in WebCrypto and in Node's own cryptography. */
async function signaturesOf(work: () => Promise<unknown>) {
  const [web, node] = [vi.spyOn(crypto.subtle, 'verify'), vi.spyOn(nodeCrypto, 'verify')];
  syncBuiltinESMExports();
  await work();
  const count = { web: web.mock.calls.length, node: node.mock.calls.length };
  web.mockRestore();
  node.mockRestore();
  syncBuiltinESMExports();
  return count;
}

const reasonFor = async (token: string) => {
  const outcome: unknown = await verify(request(token)).catch((error: unknown) => error);
  return outcome instanceof ApiError ? outcome.reason : 'accepted';
};

describe('what a token costs', () => {
  it('is one signature without a thread if it is new, and none if it was seen', async () => {
    const token = await at.sign();
    expect(await signaturesOf(() => verify(request(token)))).toEqual({ web: 0, node: 1 });
    expect(await signaturesOf(() => verify(request(token)))).toEqual({ web: 0, node: 0 });
  });

  it('is one signature in WebCrypto in runtimes that are not Node', async () => {
    vi.stubGlobal('Deno', {});
    const elsewhere = verifier({ issuer, audience, fetch: at.fetch, now: at.now });
    const token = await at.sign();
    await elsewhere(request(token));
    expect(await signaturesOf(() => elsewhere(request(token)))).toEqual({ web: 1, node: 0 });
  });
});

describe('a token that was seen', () => {
  it('is refused once it has expired', async () => {
    const token = await at.sign();
    expect(await reasonFor(token)).toBe('accepted');
    at.state.now += 305_000;
    expect(await reasonFor(token)).toBe('expired');
  });

  it('is refused if the clock was set back to before it was issued', async () => {
    const token = await at.sign();
    expect(await reasonFor(token)).toBe('accepted');
    at.state.now -= 120_000;
    expect(await reasonFor(token)).toBe('not_yet_valid');
  });

  it('is refused after dropKeys, when its key is no longer published', async () => {
    const token = await at.sign();
    const { publicKey } = await generateKeyPair('ES256');
    at.state.published = [{ ...(await exportJWK(publicKey)), kid: 'k2', use: 'sig', alg: 'ES256' }];
    expect(await reasonFor(token)).toBe('accepted');
    verify.dropKeys();
    expect(await reasonFor(token)).toBe('unknown_key');
  });

  it('is refused when the keys are loaded again without its own', async () => {
    const token = await at.sign({ exp: at.state.now / 1_000 + 3_600 });
    expect(await reasonFor(token)).toBe('accepted');
    const { publicKey } = await generateKeyPair('ES256');
    at.state.published = [{ ...(await exportJWK(publicKey)), kid: 'k2', use: 'sig', alg: 'ES256' }];
    at.state.now += 601_000;
    await vi.waitFor(async () => expect(await reasonFor(token)).toBe('unknown_key'), patient);
  });

  it('is refused under another key of the same name', async () => {
    const token = await at.sign({ exp: at.state.now / 1_000 + 3_600 });
    expect(await reasonFor(token)).toBe('accepted');
    const { publicKey } = await generateKeyPair('ES256');
    at.state.published = [{ ...(await exportJWK(publicKey)), kid: 'k1', use: 'sig', alg: 'ES256' }];
    at.state.now += 601_000;
    await vi.waitFor(async () => expect(await reasonFor(token)).toBe('bad_signature'), patient);
  });

  it('is refused where a route requires more', async () => {
    const token = await at.sign();
    await verify(request(token));
    await expect(verify(request(token), { scopes: ['orders:write'] })).rejects.toMatchObject({
      code: 'insufficient_scope',
    });
    await expect(verify(request(token), { maxAge: 60 })).rejects.toMatchObject({
      code: 'insufficient_user_authentication',
    });
  });

  it('gives each request claims of its own', async () => {
    const token = await at.sign();
    const claims = await verify(request(token));
    claims.sub = 'somebody else';
    expect(() => claims.groups?.push('okta:admins')).toThrow(TypeError);
    expect(await verify(request(token))).toEqual({ ...at.claims(), jti: 'j1' });
  });

  it('still needs the proof of its key, each time', async () => {
    const token = await at.sign({ cnf: { jkt: 'x' } });
    for (let times = 0; times < 2; times += 1) {
      await expect(verify(request(token))).rejects.toMatchObject({ code: 'invalid_token', reason: 'wrong_type' });
    }
  });
});

describe('with the keys at hand', () => {
  it('every hostile token is refused', async () => {
    const privateKey = nodeCrypto.createPrivateKey(await exportPKCS8(at.keys.privateKey));
    const all = hostileTokens({ claims: at.claims(), kid: 'k1', privateKey, now: at.now() });
    const results: Record<string, string | undefined> = {};
    for (const { name, token } of all) results[name] = await reasonFor(token);
    expect(Object.entries(results).filter(([, reason]) => reason === 'accepted')).toEqual([]);
    expect(all.length).toBeGreaterThan(20);
  });

  it('the verdicts of the published test vectors are the same', async () => {
    const file: VectorFile = JSON.parse(await readFile(vectorFile, 'utf8'));
    const differing: string[] = [];
    for (const { name, request: asked, verdict, algorithm, now } of file.vectors) {
      const check = verifier({
        issuer: file.issuer,
        audience: file.audience,
        jwksUri: `${file.issuer}/jwks`,
        algorithms: [algorithm],
        fetch: async () => Response.json(file.jwks),
        now: () => now * 1_000,
      });
      const { method, url, ...headers } = asked;
      const ask = () =>
        check(new Request(url, { method, headers }), {
          scopes: [file.require.scope],
          groups: [file.require.group],
        }).then(
          () => ({ status: 200 }),
          (error: unknown) => {
            if (!(error instanceof ApiError)) throw error;
            return { status: error.status, error: error.code, ...(error.reason ? { reason: error.reason } : {}) };
          },
        );
      // The first time, the keys are loaded. The replayed proof of a bound token is refused for that alone.
      await ask();
      const bound =
        'dpop' in Object.fromEntries(Object.entries(headers).map(([key, value]) => [key.toLowerCase(), value]));
      if (!bound && JSON.stringify(await ask()) !== JSON.stringify(verdict)) differing.push(name);
    }
    expect(differing).toEqual([]);
  });
});
