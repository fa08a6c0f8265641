import { describe, expect, it } from 'vitest';
import { knownUpstream } from './choose-upstream.ts';
import type { Upstream } from './types.ts';

const upstream = (name: string, domains?: string[]) => ({ config: { name, domains } }) as Upstream;
const deps = {
  upstreams: new Map([
    ['okta', upstream('okta', ['acme.com', 'acme.example'])],
    ['entra', upstream('entra', ['other.example'])],
    ['guests', upstream('guests')],
  ]),
};
const chosen = (...hints: Parameters<typeof knownUpstream>[1][]) =>
  hints.map((each) => knownUpstream(deps, each)?.config.name);

describe('the provider of a sign-in, of several', () => {
  it('is asked for if nothing tells it', () => {
    expect(chosen({}, { signedInWith: 'removed' }, { loginHint: 'ada' })).toEqual([undefined, undefined, undefined]);
  });

  it('is the chosen one, whatever else is known', () => {
    expect(chosen({ name: 'guests', loginHint: 'ada@acme.com', signedInWith: 'entra' })).toEqual(['guests']);
    expect(() => chosen({ name: 'nobody' })).toThrow('unknown provider; available: okta, entra, guests');
  });

  it('is that of the address, by its whole domain', () => {
    expect(
      chosen(
        { loginHint: 'ada@acme.com', signedInWith: 'entra' },
        { loginHint: 'Ada@ACME.example' },
        { loginHint: '"a@acme.com"@other.example' },
      ),
    ).toEqual(['okta', 'okta', 'entra']);
    expect(
      chosen(
        { loginHint: 'ada@evil-acme.com' },
        { loginHint: 'ada@sub.acme.com' },
        { loginHint: 'acme.com' },
        { loginHint: 'ada@' },
      ),
    ).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('is that of who is signed in', () => {
    expect(chosen({ signedInWith: 'entra' }, { loginHint: 'ada@elsewhere.example', signedInWith: 'entra' })).toEqual([
      'entra',
      'entra',
    ]);
  });
});

it('the only provider needs no choice', () => {
  const only = { upstreams: new Map([['okta', upstream('okta', ['acme.com'])]]) };
  expect(knownUpstream(only, { loginHint: 'ada@other.example' })?.config.name).toBe('okta');
});
