import { describe, expect, it } from 'vitest';
import { readRefusal } from './sign-in-refusal.ts';

describe('an error in a provider’s redirect', () => {
  it.each([
    // Okta, person not assigned: https://support.okta.com/help/s/article/user-is-not-assigned-to-the-client-application
    ['access_denied', 'denied'],
    ['unauthorized', 'denied'],
    ['login_required', 'interaction'],
    ['interaction_required', 'interaction'],
    ['consent_required', 'interaction'],
    ['account_selection_required', 'interaction'],
    ['server_error', 'unavailable'],
    ['temporarily_unavailable', 'unavailable'],
    ['invalid_scope', 'setup'],
    ['unauthorized_client', 'setup'],
    ['invalid_request', 'setup'],
    ['unsupported_response_type', 'setup'],
    ['out_of_cheese', 'setup'],
  ])('%s: %s', (error, kind) => {
    expect(readRefusal(error, undefined)).toEqual({ kind, error, description: undefined });
  });

  it.each(['', '<b>access_denied</b>', 'access denied', 'x'.repeat(65), 'a\nb'])('keeps no code like %j', (error) => {
    expect(readRefusal(error, undefined).error).toBe('unknown_error');
  });

  it.each([
    ['Not assigned', 'Not assigned'],
    [
      'AADSTS50105: The user is not assigned. Trace ID: 0f8fad5b-d9cb-469f-a165-70867728950e',
      'AADSTS50105: The user is not assigned. Trace ID: 0f8fad5b-d9cb-469f-a165-70867728950e',
    ],
    ['token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2ln refused', 'token [removed] refused'],
    [`state ${'aB3-'.repeat(11)} is unknown`, 'state [removed] is unknown'],
    [
      'rule 7: grant_type=refresh_token&refresh_token=rt-1&x=1',
      'rule 7: grant_type=refresh_token&refresh_token=[removed]&x=1',
    ],
    ['https://app.example.com/cb?code=short&state=s', 'https://app.example.com/cb?code=[removed]&state=s'],
    ['two\r\nlines', 'two lines'],
  ])('is logged without what opens something: %s', (description, logged) => {
    expect(readRefusal('access_denied', description).description).toBe(logged);
  });

  it('is logged up to a limit', () => {
    expect(readRefusal('access_denied', 'so '.repeat(200)).description).toHaveLength(300);
  });
});
