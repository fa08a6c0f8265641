import { createStandardPublicClientApplication, loadExternalTokens } from '@azure/msal-browser';
import { accessToken, unsignedJwt } from './token.ts';

const tenant = '72f988bf-0000-4000-8000-2d7cd011db47';
const object = '00000000-0000-4000-8000-66f33231eca6';

/** `@azure/msal-browser` with its default cache, and a token in it. */
export async function msalCached(expiresAtMs: number): Promise<() => Promise<string>> {
  const config = {
    auth: {
      clientId: '11111111-1111-4111-8111-111111111111',
      authority: `https://login.microsoftonline.com/${tenant}`,
      redirectUri: window.location.origin,
    },
  };
  const scopes = ['orders:read'];
  const seconds = Math.floor((expiresAtMs - Date.now()) / 1_000);
  const { account } = await loadExternalTokens(
    config,
    { scopes, authority: config.auth.authority },
    {
      id_token: unsignedJwt({
        oid: object,
        tid: tenant,
        sub: 'ada',
        preferred_username: 'ada@example.com',
        ver: '2.0',
      }),
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: seconds,
      scope: scopes.join(' '),
    },
    {
      clientInfo: btoa(JSON.stringify({ uid: object, utid: tenant })),
      expiresOn: Math.floor(expiresAtMs / 1_000),
      extendedExpiresOn: Math.floor(expiresAtMs / 1_000),
    },
  );
  const client = await createStandardPublicClientApplication(config);
  return async () => (await client.acquireTokenSilent({ scopes, account })).accessToken;
}
