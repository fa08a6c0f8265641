import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseConfig } from '../../config/load.ts';
import { presetNames } from '../../config/provider-presets.ts';
import { type Question, questions } from './answers.ts';
import { extensionIdentity } from './extension.ts';
import { firstConfig, secretVariable } from './template.ts';

const answers = {
  issuer: 'https://latchkey.example.com',
  preset: 'okta',
  upstream: 'https://acme.okta.com/oauth2/default',
  name: 'acme',
  clientId: '0123',
  site: 'https://shop.example.com',
  api: 'https://api.example.com',
} as const;

const identity = extensionIdentity(answers.issuer, 'A'.repeat(392));

const parsed = (changes: Partial<typeof answers> | { api: string }) => {
  const all = { ...answers, ...changes };
  return parseConfig(firstConfig(all, 'keys', identity), '/nowhere/latchkey.yaml', {
    [secretVariable(all)]: 'of-this-test-only-0123456789',
  });
};

it.each(['https://api.example.com/v1,v2', 'https://api.example.com/[a]', 'http://[::1]:8080/'])(
  'writes a configuration without faults for the API %s',
  (api) => {
    const { origins, devices } = parsed({ api });
    expect(origins.get(answers.site)?.allow.get(api)).toEqual(['read']);
    expect(devices.get('cli')?.allow.get(api)).toEqual(['read']);
  },
);

it.each(presetNames)('and for the preset %s', (preset) => {
  expect(parsed({ preset } as never).upstreams.get('acme')).toMatchObject({ clientId: '0123', preset });
});

const pages = new URL('../../../docs/providers/', import.meta.url);

it.each(['okta', 'auth0', 'entra', 'keycloak', 'google', 'generic'])(
  'asks for the scopes that the page of %s has',
  (preset) => {
    const page = readFileSync(new URL(`${preset}.md`, pages), 'utf8');
    const [, scopes = ''] = /^ +scopes: \[(.*)\]/m.exec(page) ?? [];
    expect(parsed({ preset } as never).upstreams.get('acme')?.scopes).toEqual(scopes.split(', '));
  },
);

it.each([
  ['okta', 'https://acme.okta.com/oauth2/default/', 'https://acme.okta.com/oauth2/default'],
  [
    'okta',
    'https://acme.okta.com/oauth2/default/.well-known/openid-configuration',
    'https://acme.okta.com/oauth2/default',
  ],
  ['auth0', 'https://acme.eu.auth0.com', 'https://acme.eu.auth0.com/'],
  ['keycloak', 'https://id.example.com/realms/acme/', 'https://id.example.com/realms/acme'],
])('writes the issuer of %s as its page has it: %s', (preset, upstream, issuer) => {
  expect(parsed({ preset, upstream } as never).upstreams.get('acme')?.issuer).toBe(issuer);
});

const question = (key: string) => questions.find((each) => each.key === key) as Question;

it.each([
  ['okta', 'https://acme-admin.okta.com', 'address of the admin console'],
  ['entra', 'https://login.microsoftonline.com/common/v2.0', 'your own tenant'],
  ['entra', 'https://login.microsoftonline.com/0a1b', 'your own tenant'],
  ['google', 'https://google.com', 'accounts.google.com'],
  ['keycloak', 'https://id.example.com', 'name the realm'],
  ['okta', 'http://acme.okta.com', 'https:'],
] as const)('takes no issuer of %s such as %s', (preset, upstream, fault) => {
  expect(question('upstream').check(upstream, { preset })).toContain(fault);
});

it.each([
  ['okta', 'https://acme.okta.com', 'not its address'],
  ['okta', 'two words', 'not its address'],
  ['entra', '0oa1b2c3d4', 'Application (client) ID'],
  ['google', '1234', 'googleusercontent'],
] as const)('takes no client ID of %s such as %s', (preset, clientId, fault) => {
  expect(question('clientId').check(clientId, { preset })).toContain(fault);
});

it.each([
  ['okta', 'https://acme.okta.com', '0oa1b2c3d4', 'okta'],
  ['entra', 'https://login.microsoftonline.com/0a1b/v2.0', '00000000-0000-0000-0000-00000000000a', 'entra'],
  ['google', 'https://accounts.google.com/', '12-ab.apps.googleusercontent.com', 'google'],
  ['generic', 'https://id.acme.example', 'urn:client:1', 'acme'],
  ['generic', 'http://localhost:8080', 'c', 'localhost'],
  ['generic', 'http://127.0.0.1:8080', 'c', 'idp'],
] as const)('takes those of %s, and suggests a name', (preset, upstream, clientId, name) => {
  expect(question('upstream').check(upstream, { preset })).toBeUndefined();
  expect(question('clientId').check(clientId, { preset })).toBeUndefined();
  expect(question('name').suggestion?.({ preset, upstream })).toBe(name);
});

it('names the builds of the organization, which the broker then lets sign in', () => {
  const { builds, idOfKey } = parsed({}).extension;
  expect(builds.map(({ id }) => id)).toEqual([identity.chromeId, 'latchkey@latchkey.example.com']);
  expect(idOfKey).toBe(identity.chromeId);
});
