import { createHmac, createSign, KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { base64url, exportJWK, generateKeyPair, type JWK } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { ApiError } from './api-error.ts';
import { verifier } from './index.ts';
import { audience, createTestIssuer, issuer, request, type TestIssuer } from './testing/issuer.ts';
import type { Verify } from './verifier.ts';

let at: TestIssuer;
let verify: Verify;
beforeEach(async () => {
  at = await createTestIssuer();
  verify = verifier({ issuer, audience, fetch: at.fetch, now: at.now });
});

const encode = (value: unknown) => base64url.encode(typeof value === 'string' ? value : JSON.stringify(value));
/** Signs any bytes, even those that a library would refuse to sign as a token. */
const signRaw = (header: unknown, payload: unknown) => {
  const input = `${encode(header)}.${encode(payload)}`;
  const key = KeyObject.from(at.keys.privateKey);
  const signature = createSign('SHA256').update(input).sign({ key, dsaEncoding: 'ieee-p1363' });
  return `${input}.${base64url.encode(signature)}`;
};
const header = { alg: 'ES256', typ: 'at+jwt', kid: 'k1' };
const refusal = async (token: string | undefined, requirements?: Parameters<Verify>[1]): Promise<ApiError> => {
  const outcome: unknown = await verify(request(token), requirements).catch((error: unknown) => error);
  if (outcome instanceof ApiError) return outcome;
  throw new Error('an ApiError was expected', { cause: outcome });
};

describe('a good token', () => {
  it('yields its claims as they are on the wire', async () => {
    expect(await verify(request(await at.sign()))).toEqual(at.claims());
  });

  it.each(['bearer', 'BEARER'])('is read whatever the case of the scheme (%s)', async (scheme) => {
    const authorization = `${scheme} ${await at.sign()}`;
    expect(await verify(new Request(audience, { headers: { authorization } }))).toMatchObject({ sub: 'p_1' });
  });

  it('may have its audience among others, and its type in the long form', async () => {
    const token = await at.sign({ aud: ['https://other.example.com', audience] }, { typ: 'application/AT+JWT' });
    expect(await verify(request(token))).toMatchObject({ sub: 'p_1' });
  });

  it('satisfies all scopes and one of the groups', async () => {
    const requirements = { scopes: ['profile', 'orders:read'], groups: ['okta:admins', 'okta:staff'] };
    expect(await verify(request(await at.sign()), requirements)).toMatchObject({ sub: 'p_1' });
  });

  it('is good until exp plus the tolerance, and from nbf minus it', async () => {
    const token = await at.sign({ nbf: at.state.now / 1_000 + 5 });
    await expect(verify(request(token))).resolves.toBeTruthy();
    at.state.now += 304_000;
    await expect(verify(request(token))).resolves.toBeTruthy();
    at.state.now += 1_000;
    expect(await refusal(token)).toMatchObject({ code: 'invalid_token', reason: 'expired' });
  });
});

describe('no token', () => {
  it.each([undefined, 'Basic dXNlcjpwYXNz', 'Negotiate'])('is missing_token: %s', async (authorization) => {
    const headers = authorization === undefined ? undefined : { authorization };
    const error = await verify(new Request(`${audience}?access_token=abc`, headers && { headers })).catch((e) => e);
    expect(error).toMatchObject({
      code: 'missing_token',
      status: 401,
      wwwAuthenticate: 'Bearer realm="latchkey", DPoP realm="latchkey", algs="ES256"',
    });
  });

  it.each(['Bearer', 'Bearer ', 'Bearer a b', 'Bearer a, Bearer b', 'Bearer é', 'Bearer "a"'])(
    'is invalid_request: %s',
    async (authorization) => {
      const error = await verify(new Request(audience, { headers: { authorization } })).catch((e) => e);
      expect(error).toMatchObject({ code: 'invalid_request', status: 400 });
    },
  );
});

describe('a token that is refused', () => {
  it.each([
    ['wrong_issuer', { iss: 'https://evil.example.com' }],
    ['wrong_audience', { aud: 'https://other.example.com' }],
    ['not_yet_valid', { nbf: 1_900_000_000 }],
    ['expired', { exp: 1_000_000_000 }],
    ['missing_claim', { exp: undefined }],
    ['missing_claim', { sub: undefined }],
    ['missing_claim', { jti: undefined }],
    ['missing_claim', { client_id: undefined }],
    ['missing_claim', { iat: undefined }],
    ['malformed', { exp: '2040-01-01' }],
    ['malformed', { nbf: 'soon' }],
    ['malformed', { sub: 7 }],
    ['malformed', { scope: ['orders:read'] }],
    ['malformed', { groups: 'okta:staff' }],
    ['malformed', { cnf: 'me' }],
  ])('%s: %o', async (reason, changes) => {
    const error = await refusal(signRaw(header, { ...at.claims(), ...changes }));
    expect(error).toMatchObject({ code: 'invalid_token', reason, status: 401 });
  });

  it('says what it got and what it expected', async () => {
    expect((await refusal(await at.sign({ aud: 'https://other.example.com' }))).message).toBe(
      'The token is for "https://other.example.com", this API is "https://api.example.com": ask for a token with this resource.',
    );
    expect((await refusal(await at.sign({ iss: 'https://evil.example.com' }))).message).toContain('evil.example.com');
  });

  it.each([
    ['wrong_type', { typ: 'JWT' }],
    ['wrong_type', { typ: undefined }],
    ['wrong_type', { typ: 'logout+jwt' }],
    ['wrong_algorithm', { alg: 'none' }],
    ['wrong_algorithm', { alg: 'HS256' }],
    ['wrong_algorithm', { alg: 'RS256' }],
    ['wrong_algorithm', { alg: undefined }],
    ['unknown_key', { kid: undefined }],
    ['unknown_key', { kid: 'k2' }],
    ['unknown_key', { kid: '__proto__' }],
    ['malformed', { crit: ['exp'] }],
    ['malformed', { crit: ['b64'], b64: false }],
    ['key_in_token', { jku: 'https://evil.example.com/jwks' }],
    ['key_in_token', { x5u: 'https://evil.example.com/cert' }],
    ['key_in_token', { x5c: ['MII'] }],
  ])('%s: header %o', async (reason, changes) => {
    expect(await refusal(signRaw({ ...header, ...changes }, at.claims()))).toMatchObject({ reason });
  });

  it('brings its own key', async () => {
    const own = await generateKeyPair('ES256', { extractable: true });
    const jwk = (await exportJWK(own.publicKey)) as JWK;
    expect(await refusal(await at.sign({}, { jwk }, own.privateKey))).toMatchObject({ reason: 'key_in_token' });
    expect(at.state.asked).toEqual([]);
  });

  it('is signed by another key under a known kid', async () => {
    const other = await generateKeyPair('ES256');
    expect(await refusal(await at.sign({}, {}, other.privateKey))).toMatchObject({ reason: 'bad_signature' });
  });

  it('is signed with the public key as a secret', async () => {
    const input = `${encode({ ...header, alg: 'HS256' })}.${encode(at.claims())}`;
    const mac = createHmac('sha256', JSON.stringify(at.state.published[0])).update(input).digest();
    expect(await refusal(`${input}.${base64url.encode(mac)}`)).toMatchObject({ reason: 'wrong_algorithm' });
  });

  it('has another payload than was signed', async () => {
    const [head, , signature] = (await at.sign()).split('.');
    const forged = `${head}.${encode({ ...at.claims(), sub: 'p_2' })}.${signature}`;
    expect(await refusal(forged)).toMatchObject({ reason: 'bad_signature' });
  });

  it('names a claim twice', async () => {
    const payload = JSON.stringify(at.claims()).replace('{', '{"s\\u0075b":"p_2",');
    expect(await refusal(signRaw(header, payload))).toMatchObject({ reason: 'malformed' });
  });

  it('comes from the future, by more than clocks drift', async () => {
    const seconds = at.state.now / 1_000;
    expect((await refusal(await at.sign({ iat: seconds + 90 }))).message).toContain('issued 90 s in the future (iat)');
    expect((await refusal(await at.sign({ nbf: seconds + 90 }))).message).toContain('not valid for another 90 s (nbf)');
    await expect(verify(request(await at.sign({ iat: seconds + 59 })))).resolves.toBeTruthy();
  });

  it('is for an application that is not on the list', async () => {
    const strict = verifier({ issuer, audience, clients: ['nightly'], fetch: at.fetch, now: at.now });
    const error = await strict(request(await at.sign())).catch((e) => e);
    expect(error).toMatchObject({ code: 'invalid_token', reason: 'wrong_client' });
    expect(error.message).toContain('"latchkey-extension"');
  });

  it('is too long to be looked at', async () => {
    const token = await at.sign({ pad: 'x'.repeat(8_192) });
    expect(await refusal(token)).toMatchObject({ reason: 'too_long' });
    expect(at.state.asked).toEqual([]);
  });

  it('never gets anything but an ApiError, whatever it is', async () => {
    const good = await at.sign();
    const part = fc.oneof(
      fc.base64String(),
      fc.json().map((json) => encode(json)),
      fc.string().map((text) => encode(text)),
      fc.constantFrom(...good.split('.'), '', 'e30', 'bnVsbA', 'W10'),
    );
    const mutated = fc
      .tuple(fc.nat(good.length - 1), fc.constantFrom(...'Aa0_-.~='))
      .map(([index, letter]) => good.slice(0, index) + letter + good.slice(index + 1));
    const token = fc.oneof(
      fc.tuple(part, part, part).map((parts) => parts.join('.')),
      fc.array(part, { maxLength: 6 }).map((parts) => parts.join('.')),
      mutated,
      fc.object().map((claims) => signRaw(header, claims)),
      fc.object().map((parameters) => signRaw({ ...header, ...parameters }, at.claims())),
    );
    await fc.assert(
      fc.asyncProperty(token, async (token) => {
        const outcome: unknown = await verify(
          new Request(audience, { headers: { authorization: `Bearer ${token.replaceAll(/[^\x20-\x7e]/g, '?')}` } }),
        ).catch((error: unknown) => error);
        // The last base64url character can change without changing a byte. Such a token is still valid.
        if (!(outcome instanceof ApiError)) expect(outcome).toEqual(at.claims());
        else expect(() => outcome.toResponse()).not.toThrow();
      }),
      { numRuns: 300 },
    );
  });
});

describe('what the person may do', () => {
  it('lacks a scope', async () => {
    const error = await refusal(await at.sign(), { scopes: ['orders:read', 'orders:write'] });
    expect(error).toMatchObject({ code: 'insufficient_scope', status: 403, reason: undefined });
    expect(error.wwwAuthenticate).toBe(
      'Bearer realm="latchkey", error="insufficient_scope", error_description="The token lacks orders:write: ask for a token with this scope.", scope="orders:read orders:write"',
    );
  });

  it('is in none of the groups', async () => {
    expect(await refusal(await at.sign(), { groups: ['okta:admins'] })).toMatchObject({
      code: 'insufficient_group',
      status: 403,
    });
    expect(await refusal(await at.sign({ groups: undefined }), { groups: ['okta:staff'] })).toMatchObject({
      code: 'insufficient_group',
    });
  });
});

describe('the answer', () => {
  it('is JSON with the challenge, and is not stored', async () => {
    const response = (await refusal('nonsense')).toResponse();
    expect(response.status).toBe(401);
    expect(Object.fromEntries(response.headers)).toEqual({
      'cache-control': 'no-store',
      'content-type': 'application/json',
      'www-authenticate':
        'Bearer realm="latchkey", error="invalid_token", error_description="The token is not a JWT. Send the access token as it was issued, after \'Bearer \'."',
    });
    expect(await response.json()).toMatchObject({ error: 'invalid_token', reason: 'malformed' });
  });

  it('keeps what a token says from breaking the header', async () => {
    const error = await refusal(await at.sign({ aud: 'a"\\\r\nSet-Cookie: x=é' }));
    expect(error.wwwAuthenticate).toMatch(
      /^Bearer realm="latchkey", error="invalid_token", error_description="[^"\\\r\n]*"$/,
    );
    expect(() => error.toResponse()).not.toThrow();
  });
});

describe('options', () => {
  it.each([
    { issuer: 'http://latchkey.example.com', audience },
    { issuer: 'latchkey', audience },
    { issuer, audience: '' },
    { issuer, audience: [] },
    { issuer, audience, jwksUri: 'http://latchkey.example.com/jwks' },
    { issuer, audience, provider: 'google' as 'okta' },
    { issuer, audience, provider: 'okta' as const },
    { issuer, audience, clients: [] },
    { issuer, audience, algorithms: [] },
    { issuer, audience, algorithms: ['HS256' as 'ES256'] },
    { issuer, audience, publicOrigin: 'https://api.example.com/' },
    { issuer, audience, dpopNonceSecret: 'short' },
  ])('are refused at once: %o', (options) => {
    expect(() => verifier(options)).toThrow(TypeError);
  });
});
