import { Auth0Client, CacheKey, InMemoryCache, type WrappedCacheEntry } from '@auth0/auth0-spa-js';
import { accessToken, unsignedJwt } from './token.ts';

/** `@auth0/auth0-spa-js` with its default cache, which is in memory, and a token in it. */
export async function auth0Cached(expiresAtMs: number): Promise<() => Promise<string>> {
  const clientId = 'bench';
  const audience = 'https://api.example.com';
  const scope = 'openid profile email';
  const cache = new InMemoryCache().enclosedCache;
  const entry: WrappedCacheEntry = {
    body: { access_token: accessToken, client_id: clientId, audience, scope, expires_in: 3_600, token_type: 'Bearer' },
    expiresAt: Math.floor(expiresAtMs / 1_000),
  };
  await cache.set(new CacheKey({ clientId, audience, scope }).toKey(), entry);
  // The library looks for the ID token of the same sign-in each time.
  const idToken = unsignedJwt({ iss: 'https://example.auth0.com/', aud: clientId, sub: 'ada' });
  await cache.set(new CacheKey({ clientId }, '@@auth0spajs@@', '@@user@@').toKey(), {
    id_token: idToken,
    decodedToken: { claims: { __raw: idToken, sub: 'ada' }, user: { sub: 'ada' } },
  });
  const client = new Auth0Client({ domain: 'example.auth0.com', clientId, cache, authorizationParams: { audience } });
  return async () => (await client.getTokenSilently()) ?? '';
}
