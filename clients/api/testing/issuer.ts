import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';

export const issuer = 'https://latchkey.example.com';
export const audience = 'https://api.example.com';
export const startedAt = Date.UTC(2030, 0, 1);

/** An issuer of the tests: it signs what it is told, and serves its metadata and keys to the `fetch` it hands out. */
export async function createTestIssuer() {
  const keys = await generateKeyPair('ES256', { extractable: true });
  const state = {
    now: startedAt,
    published: [{ ...(await exportJWK(keys.publicKey)), kid: 'k1', use: 'sig', alg: 'ES256' }] as JWK[],
    cacheControl: 'public, max-age=300' as string | undefined,
    metadata: { issuer, jwks_uri: `${issuer}/jwks` } as unknown,
    broken: false,
    /** Paths asked for. */
    asked: [] as string[],
  };

  const fetch: typeof globalThis.fetch = async (input) => {
    const { origin, pathname } = new URL(String(input));
    state.asked.push(pathname);
    if (state.broken) throw new TypeError('fetch failed');
    const headers = state.cacheControl === undefined ? undefined : { 'cache-control': state.cacheControl };
    if (origin !== issuer) return new Response(null, { status: 404 });
    if (pathname.startsWith('/.well-known/oauth-authorization-server')) return Response.json(state.metadata);
    if (pathname === '/jwks') return Response.json({ keys: state.published }, headers && { headers });
    return new Response(null, { status: 404 });
  };

  const claims = (): JWTPayload => ({
    iss: issuer,
    sub: 'p_1',
    aud: audience,
    client_id: 'latchkey-extension',
    azp: 'https://shop.example.com',
    scope: 'orders:read profile',
    groups: ['okta:staff'],
    iat: state.now / 1_000,
    exp: state.now / 1_000 + 300,
    jti: 'j1',
  });

  return {
    keys,
    state,
    fetch,
    now: () => state.now,
    claims,
    /** A good token, but for what is changed; `undefined` takes a claim or header parameter out. */
    sign: (changes: Record<string, unknown> = {}, header: Record<string, unknown> = {}, key = keys.privateKey) =>
      new SignJWT({ ...claims(), ...changes })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'k1', ...header } as { alg: 'ES256' })
        .sign(key),
  };
}

export type TestIssuer = Awaited<ReturnType<typeof createTestIssuer>>;

export const request = (token: string | undefined, init: RequestInit = {}): Request =>
  new Request(`${audience}/v1/orders?page=2`, {
    ...init,
    headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...init.headers },
  });
