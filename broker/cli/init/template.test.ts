import { expect, it } from 'vitest';
import { parseConfig } from '../../config/load.ts';
import { presetNames } from '../../config/provider-presets.ts';
import { extensionIdentity } from './extension.ts';
import { firstConfig, secretVariable } from './template.ts';

const answers = {
  issuer: 'https://latchkey.example.com',
  preset: 'okta',
  upstream: 'https://acme.okta.com/oauth2/default',
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
  expect(parsed({ preset } as never).upstreams.get(preset)).toMatchObject({ clientId: '0123', preset });
});

it('names the builds of the organization, which the broker then lets sign in', () => {
  const { builds, idOfKey } = parsed({}).extension;
  expect(builds.map(({ id }) => id)).toEqual([identity.chromeId, 'latchkey@latchkey.example.com']);
  expect(idOfKey).toBe(identity.chromeId);
});
