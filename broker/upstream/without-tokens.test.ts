import { expect, it } from 'vitest';
import { withoutTokens } from './without-tokens.ts';

it.each([
  ['code=0.AXoA-bc', 'code=[removed]'],
  ['the request was code=SplxlOBeZQ&state=x', 'the request was code=[removed]&state=x'],
  ['grant_type=refresh_token&refresh_token=abc123&x=1', 'grant_type=refresh_token&refresh_token=[removed]&x=1'],
  ['code = "abc", then', 'code = "[removed]", then'],
  ['{"refresh_token":"abc","client_secret": "hunter2"}', '{"refresh_token":"[removed]","client_secret": "[removed]"}'],
  ['client_assertion=eyJhbGciOiJ', 'client_assertion=[removed]'],
  ['the refresh token dGhpcyBpcyAyMiBjaGF5cw1 is unknown', 'the refresh token [removed] is unknown'],
  ['eyJhbGciOiJIUzI1NiJ9.e30.abc was refused', '[removed] was refused'],
  [`${'a'.repeat(40)} was refused`, '[removed] was refused'],
  ['a\nb', 'a b'],
])('%j is logged as %j', (text, logged) => {
  expect(withoutTokens(text)).toBe(logged);
  expect(withoutTokens(logged)).toBe(logged);
});

it.each([
  'AADSTS50076: Due to a configuration change, you must use multi-factor authentication. Trace ID: 0f4e2a10-9f3b-4c58-8d1c-2f0c9f7e1a00 Timestamp: 2026-11-27 10:00:00Z',
  'The refresh token is invalid or expired.',
  'invalid token: it has expired',
  'error_code=50105',
  'The client 0oa1b2c3d4e5f6g7h8i9 may not use offline_access',
  'requires interaction_required_by_policy',
])('nothing is taken from %j', (text) => {
  expect(withoutTokens(text)).toBe(text);
});
