import { expect, it } from 'vitest';
import { checkMixUp } from './mix-up.ts';

const provider = (name: string, sendsIss: boolean | undefined) =>
  [name, { issuer: `https://${name}.example`, authorization_response_iss_parameter_supported: sendsIss }] as const;

it.each([
  ['one provider', [provider('okta', undefined)]],
  ['two, of which one sends iss', [provider('okta', undefined), provider('keycloak', true)]],
  ['two that send iss', [provider('one', true), provider('two', true)]],
])('says nothing about mix-ups of %s', (_what, providers) => {
  expect(checkMixUp(new Map(providers))).toEqual([]);
});

it('warns of providers whose redirects can be mixed up, and names them', () => {
  const providers = [provider('okta', undefined), provider('keycloak', true), provider('entra', false)];
  expect(checkMixUp(new Map(providers))).toEqual([
    expect.objectContaining({ level: 'warning', what: expect.stringMatching(/^okta, entra send no iss/) }),
  ]);
});
