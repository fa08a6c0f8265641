import { createProof } from '@latchkey/shared/dpop.ts';
import { base64url, calculateJwkThumbprint, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

export interface TestIssuerOptions {
  /** As the API's verifier names it. Default: `https://latchkey.test`. */
  issuer?: string;
  /** The API, as its verifier names it. */
  audience: string;
  /** The scopes of tokens that name no others. Default: none. */
  scopes?: readonly string[];
  /** Milliseconds since the epoch. Default: `Date.now`. Pass the same clock to the verifier. */
  now?: () => number;
}

/** What is different in one token: claims by name. `scopes` stands for `scope`. `undefined` takes a claim out. */
export interface TokenChanges extends JWTPayload {
  scopes?: readonly string[];
}

/** A token that is bound to a key, and proofs by that key (RFC 9449). */
export interface BoundToken {
  token: string;
  /** Headers for one request to one URL. With `nonce`, as the API has asked for it. */
  headers(request: { method: string; url: string; nonce?: string }): Promise<Record<string, string>>;
}

const algorithm = 'ES256';

/**
 * An issuer of access tokens for tests of APIs. It has keys of its own and no server: pass its `fetch` to `verifier` of
 * `@latchkey/api`.
 *
 * @example
 * const issuer = await createIssuer({ audience: 'https://api.example.com', scopes: ['orders:read'] });
 * const app = createApp(verifier({ issuer: issuer.issuer, audience: issuer.audience, fetch: issuer.fetch }));
 * const ok = await app.request('/orders', { headers: { authorization: `Bearer ${await issuer.token()}` } });
 * const no = await app.request('/orders', { headers: { authorization: `Bearer ${await issuer.expired()}` } });
 */
export async function createIssuer(options: TestIssuerOptions) {
  const { issuer = 'https://latchkey.test', audience, scopes: usual = [], now = Date.now } = options;
  const keys = await generateKeyPair(algorithm);
  const published = { ...(await exportJWK(keys.publicKey)), kid: 'test-1', use: 'sig', alg: algorithm };
  const foreign = await generateKeyPair(algorithm);

  const sign = ({ scopes = usual, ...claims }: TokenChanges, key = keys.privateKey): Promise<string> => {
    const second = Math.floor(now() / 1_000);
    const payload = {
      iss: issuer,
      sub: 'ada',
      aud: audience,
      client_id: 'latchkey-extension',
      scope: scopes.join(' '),
      iat: second,
      exp: second + 300,
      jti: crypto.randomUUID(),
      ...claims,
    };
    return new SignJWT(payload).setProtectedHeader({ alg: algorithm, typ: 'at+jwt', kid: published.kid }).sign(key);
  };

  return {
    issuer,
    audience,
    /** Serves the issuer's metadata (RFC 8414) and keys; 404 for everything else. */
    fetch: async (input: RequestInfo | URL): Promise<Response> => {
      const { origin, pathname } = new URL(input instanceof Request ? input.url : input);
      if (origin !== new URL(issuer).origin) return new Response(null, { status: 404 });
      if (pathname.startsWith('/.well-known/')) return Response.json({ issuer, jwks_uri: `${origin}/test-jwks` });
      return pathname === '/test-jwks' ? Response.json({ keys: [published] }) : new Response(null, { status: 404 });
    },
    /** A good token, which any holder can use (RFC 6750). */
    token: (changes: TokenChanges = {}): Promise<string> => sign(changes),
    /** A token that was good until an hour ago. */
    expired: (changes: TokenChanges = {}): Promise<string> => {
      const end = Math.floor(now() / 1_000) - 3_600;
      return sign({ iat: end - 300, exp: end, ...changes });
    },
    /** A token for another API. */
    forAnotherApi: (changes: TokenChanges = {}): Promise<string> => sign({ aud: 'https://another.test', ...changes }),
    /** A token with this issuer's name and another's signature. */
    foreign: (changes: TokenChanges = {}): Promise<string> => sign(changes, foreign.privateKey),
    /** A token that works only with a proof by its key. */
    async bound(changes: TokenChanges = {}): Promise<BoundToken> {
      const { privateKey, publicKey } = await generateKeyPair(algorithm);
      const publicJwk = await exportJWK(publicKey);
      const token = await sign({ cnf: { jkt: await calculateJwkThumbprint(publicJwk) }, ...changes });
      const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token));
      const ath = base64url.encode(new Uint8Array(hash));
      return {
        token,
        headers: async (request) => ({
          authorization: `DPoP ${token}`,
          dpop: await createProof({ privateKey, publicJwk }, { ...request, ath }, now()),
        }),
      };
    },
  };
}

export type TestIssuer = Awaited<ReturnType<typeof createIssuer>>;
