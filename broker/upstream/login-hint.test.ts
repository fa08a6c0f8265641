import { expect, it } from 'vitest';
import { loginHintOf } from './login-hint.ts';

const claims = { groups: [], email: 'ada@acme.example', preferred_username: 'al@corp.acme.example' };

it.each([
  ['entra', {}, 'al@corp.acme.example'],
  ['entra', { login_hint: 'O.CiQ1' }, 'O.CiQ1'],
  ['entra', { preferred_username: undefined }, 'ada@acme.example'],
  ['okta', {}, 'ada@acme.example'],
  ['okta', { login_hint: 'ada' }, 'ada'],
  ['generic', { email: undefined }, undefined],
])('the login hint at %s with %j is %s', (preset, more, hint) => {
  expect(loginHintOf({ preset }, { ...claims, ...more })).toBe(hint);
});

it('is the address where the provider is no longer configured', () => {
  expect(loginHintOf(undefined, claims)).toBe('ada@acme.example');
});
