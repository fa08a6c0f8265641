import { expect, it } from 'vitest';
import { emailKey } from '../store/email-key.ts';
import type { Upstream } from '../upstream/types.ts';
import { accountKeysOf } from './account-keys.ts';

const provider = (name: string, preset: string, domains?: string[]) =>
  [name, { config: { name, preset, domains } } as Upstream] as const;
const upstreams = new Map([
  provider('okta', 'okta', ['acme.example', 'xn--mnchen-3ya.example']),
  provider('entra', 'entra'),
  provider('partner', 'generic'),
]);

it.each([
  ['the address', 'okta', { email: 'Ada@Acme.example' }, ['ada@acme.example']],
  [
    'the address that the provider calls verified',
    'okta',
    { email: 'a@b.example', email_verified: true },
    ['a@b.example'],
  ],
  ['no address that the provider calls unverified', 'okta', { email: 'a@b.example', email_verified: false }, []],
  ['no user name where accounts don’t go by it', 'okta', { preferred_username: 'ada@acme.example' }, []],
  [
    'the user name where accounts go by it',
    'entra',
    { email: 'a@b.example', preferred_username: 'al@corp.example' },
    ['a@b.example', 'al@corp.example'],
  ],
  ['one key for one name', 'entra', { email: 'a@b.example', preferred_username: 'A@B.example' }, ['a@b.example']],
  ['no address in another provider’s domain', 'partner', { email: 'ada@acme.example' }, []],
  ['nor in any spelling of it', 'partner', { email: 'ada@ＡＣＭＥ.example' }, []],
  ['nor in its international form', 'partner', { email: 'ada@münchen.example' }, []],
  ['nor a user name in it', 'entra', { preferred_username: 'ada@acme.example' }, []],
  ['a subdomain, which is nobody’s', 'partner', { email: 'ada@sub.acme.example' }, ['ada@sub.acme.example']],
  ['nothing where the provider says nothing', 'gone', {}, []],
])('a device can ask by %s', (_what, upstream, claims, names) => {
  const keys = accountKeysOf({ upstreams }, { upstream, claims: { groups: [], ...claims } });
  expect(keys).toEqual(names.map(emailKey));
});
