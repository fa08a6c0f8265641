import { expect, it } from 'vitest';
import { formatSealedGrant, parseSealedGrant } from './sealed-grant.ts';

const grant = {
  refreshToken: undefined,
  upstream: 'okta',
  issuer: 'https://idp.example.com',
  issuedAt: 1,
  refreshedAt: 2,
};

it('keeps its stored form, so that databases and other replicas go on reading it', () => {
  const stored =
    '{"upstream":"okta","issuer":"https://idp.example.com","issuedAt":1,"refreshedAt":2,"handle":"family.secret"}';
  const opened = { ...grant, deviceRefreshToken: 'family.secret' };
  expect(formatSealedGrant(opened)).toBe(stored);
  expect(parseSealedGrant(stored)).toEqual(opened);
});
