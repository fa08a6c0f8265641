import { OktaAuth } from '@okta/okta-auth-js';
import { accessToken } from './token.ts';

/** `@okta/okta-auth-js` with its default storage, and a token in it. */
export async function oktaCached(expiresAtMs: number): Promise<() => Promise<string>> {
  const issuer = 'https://example.okta.com/oauth2/default';
  const client = new OktaAuth({ issuer, clientId: 'bench', redirectUri: `${window.location.origin}/callback` });
  client.tokenManager.setTokens({
    accessToken: {
      accessToken,
      claims: { sub: 'ada' },
      expiresAt: Math.floor(expiresAtMs / 1_000),
      tokenType: 'Bearer',
      scopes: ['orders:read'],
      authorizeUrl: `${issuer}/v1/authorize`,
      userinfoUrl: `${issuer}/v1/userinfo`,
    },
  });
  return async () => (await client.getOrRenewAccessToken()) ?? '';
}
