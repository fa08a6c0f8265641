import { LatchkeyError } from '@latchkey/shared/errors.ts';
import * as oauth from 'oauth4webapi';

/** The parts of a sign-in that are needed to check its redirect. */
export interface ExpectedResponse {
  state: string;
  redirectUri: string;
  issuer: string;
  issRequired: boolean;
}

/**
 * Parses the provider's redirect. It checks the redirect URI, `state`, `iss` (RFC 9207), and errors, and returns the
 * code. It ignores unknown parameters.
 *
 * @throws {LatchkeyError} `user_denied` if the provider says `access_denied`, `busy` for its other errors, `expired` if
 * the redirect belongs to no sign-in of this browser
 */
export function readAuthorizationResponse(
  url: string,
  expected: ExpectedResponse,
): { code: string; iss?: string | undefined } {
  const redirect = new URL(url);
  if (`${redirect.origin}${redirect.pathname}` !== expected.redirectUri) throw foreign('another address');
  const { issuer, issRequired, state } = expected;
  const provider = { issuer, authorization_response_iss_parameter_supported: issRequired };
  try {
    const parameters = oauth.validateAuthResponse(provider, { client_id: 'latchkey-extension' }, redirect, state);
    const code = parameters.get('code');
    if (!code) throw foreign('no code');
    return { code, iss: parameters.get('iss') ?? undefined };
  } catch (error) {
    if (error instanceof LatchkeyError) throw error;
    if (error instanceof oauth.AuthorizationResponseError) throw refused(error.error);
    throw foreign('a state or issuer that is not the expected one');
  }
}

const foreign = (what: string): LatchkeyError =>
  new LatchkeyError({ code: 'expired', message: `the sign-in came back with ${what}: begin again` });

const refused = (error: string): LatchkeyError =>
  error === 'access_denied'
    ? new LatchkeyError({ code: 'user_denied', message: 'the identity provider refused the sign-in (access_denied)' })
    : new LatchkeyError({
        code: 'busy',
        // Error codes have a small character set (RFC 6749 §4.1.2.1), but this one comes from a URL.
        message: `the identity provider refused the sign-in (${error.replaceAll(/[^a-z_]/g, '').slice(0, 40)})`,
      });
