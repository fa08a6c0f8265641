import * as oauth from 'oauth4webapi';
import { expect, it } from 'vitest';
import { createDiscovery } from './discovery.ts';

const discover = (configured: string, named: unknown) =>
  createDiscovery(
    configured,
    {
      [oauth.customFetch]: async () =>
        Response.json({ issuer: named, token_endpoint: 'https://idp.example.com/token' }),
    },
    () => 0,
  )();

it.each([
  ['https://idp.example.com', 'https://idp.example.com'],
  ['https://idp.example.com', 'https://idp.example.com/'],
  ['https://idp.example.com/', 'https://idp.example.com'],
  ['https://idp.example.com/realms/acme', 'https://idp.example.com/realms/acme'],
  ['https://idp.example.com/realms/acme', 'https://idp.example.com/realms/acme/'],
  ['https://idp.example.com/realms/acme/', 'https://idp.example.com/realms/acme'],
])('an issuer may have a slash at its end or not, with a path or without: %s, %s', async (configured, named) => {
  // Tokens use the issuer from the metadata.
  expect((await discover(configured, named)).issuer).toBe(named);
});

it.each([
  ['https://idp.example.com/realms/acme', 'https://idp.example.com/realms/other'],
  ['https://idp.example.com/realms/acme', 'https://idp.example.com/realms/acme//'],
  ['https://idp.example.com/realms/acme', 'https://idp.example.com/realms'],
  ['https://idp.example.com/realms/acme', 'https://evil.example/realms/acme'],
  ['https://idp.example.com/realms/acme', 'https://idp.example.com/realms/acme?x'],
  ['https://idp.example.com', 'http://idp.example.com/'],
  ['https://idp.example.com', undefined],
  ['https://idp.example.com', 7],
  ['https://idp.example.com', 'nonsense'],
])('another issuer is refused: %s, %s', async (configured, named) => {
  await expect(discover(configured, named)).rejects.toMatchObject({ code: 'temporarily_unavailable' });
});

it('reads the metadata at discovery_url, and still requires the issuer', async () => {
  const inner = 'https://keycloak.internal/realms/acme/.well-known/openid-configuration';
  const discoverAt = (named: string) => {
    const asked: string[] = [];
    const options = {
      [oauth.customFetch]: async (url: string) => {
        asked.push(url);
        return Response.json({ issuer: named, token_endpoint: 'https://keycloak.internal/token' });
      },
    };
    const metadata = createDiscovery('https://idp.example.com/realms/acme', options, () => 0, inner)();
    return { asked, metadata };
  };
  const { asked, metadata } = discoverAt('https://idp.example.com/realms/acme');
  expect(await metadata).toMatchObject({ token_endpoint: 'https://keycloak.internal/token' });
  expect(asked).toEqual([inner]);
  await expect(discoverAt('https://keycloak.internal/realms/acme').metadata).rejects.toMatchObject({
    code: 'temporarily_unavailable',
  });
});
