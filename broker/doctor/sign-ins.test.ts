import { expect, it } from 'vitest';
import { parseConfig } from '../config/load.ts';
import type { Rotates, SignInSample } from '../store/store.ts';
import { checkSignIns } from './sign-ins.ts';

interface Seen {
  rotates?: Rotates;
  signIns?: SignInSample[];
}

async function check(upstream: string, { rotates, signIns = [] }: Seen = {}) {
  const config = parseConfig(
    `
issuer: https://latchkey.example.com
listen: 127.0.0.1:8787
keys_file: keys
upstreams:
  idp: { issuer: "https://idp.example.com", client_id: x, client_secret: "\${SECRET}", ${upstream} }
resources:
  https://api.example.com: { name: API, scopes: { read: Read } }
origins:
  https://shop.example.com: { name: Shop, allow: { "https://api.example.com": [read] }, groups: ["idp:staff"] }
`,
    '/nowhere/latchkey.yaml',
    { SECRET: 'of-this-test-only' },
  );
  const store = { getRotation: async () => rotates, latestSignIns: async () => signIns };
  return (await checkSignIns(config, store)).map(({ level, check: about, what }) => `${level} ${about}: ${what}`);
}

const good: SignInSample = { hasGrant: true, groups: 2 };
const wellGranted = 'ok idp: refresh tokens: the provider issues them';
const wellGrouped = 'ok idp: groups: the provider names groups';

it.each(['preset: generic', 'preset: keycloak', 'preset: google', 'preset: entra', 'preset: okta'])(
  'raises no alarm before the first sign-in: %s',
  async (upstream) => expect(await check(upstream)).toEqual([]),
);

it('speaks of the leeway only where refresh tokens rotate', async () => {
  const warning = expect.stringContaining('refresh tokens rotate at this provider, and refresh_leeway is 0s');
  expect(await check('preset: keycloak', { rotates: 'no' })).toEqual([]);
  expect(await check('preset: keycloak', { rotates: 'yes' })).toEqual([warning]);
  expect(await check('preset: keycloak, refresh_leeway: 10s', { rotates: 'yes' })).toEqual([]);
  expect(await check('preset: auth0', { rotates: 'no' })).toEqual([]);
  expect(await check('preset: auth0')).toEqual([expect.stringContaining('refresh tokens may rotate')]);
  expect(await check('preset: auth0, rotates: "no"', { rotates: 'yes' })).toEqual([]);
});

it('misses offline_access only where the provider needs it, or nobody got a refresh token', async () => {
  expect(await check('preset: keycloak, scopes: [openid]')).toEqual([]);
  expect(await check('preset: okta, scopes: [openid]')).toEqual([
    expect.stringContaining('warning idp: refresh tokens: upstreams.idp.scopes lacks offline_access'),
  ]);
  expect(await check('preset: okta, scopes: [openid]', { signIns: [good] })).toEqual([wellGranted, wellGrouped]);
});

it('says that no sign-in brought a refresh token', async () => {
  const signIns = [
    { ...good, hasGrant: false },
    { ...good, hasGrant: false },
  ];
  expect(await check('preset: okta', { signIns })).toEqual([
    expect.stringContaining(
      'failed idp: refresh tokens: the provider has sent no refresh token at the last 2 sign-ins',
    ),
    wellGrouped,
  ]);
  // One person's sign-in can lack it for reasons of its own.
  expect(await check('preset: okta', { signIns: [...signIns, good] })).toEqual([wellGranted, wellGrouped]);
});

it('says that no sign-in brought the groups that rules ask for', async () => {
  expect(await check('preset: okta', { signIns: [{ ...good, groups: 0 }] })).toEqual([
    wellGranted,
    'failed idp: groups: the provider has sent no groups at the only sign-in so far, but rules ask for idp:staff',
  ]);
});
