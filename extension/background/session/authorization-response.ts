import { LatchkeyError } from '@latchkey/shared/errors.ts';
import * as oauth from 'oauth4webapi';
import { ProblemError } from '../../protocol/problem.ts';
import { expired } from '../errors.ts';

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
 * @throws {ProviderRefusal} if the provider sent an error (RFC 6749 §4.1.2.1)
 * @throws {LatchkeyError} `expired` if the redirect belongs to no sign-in of this browser
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
    if (error instanceof oauth.AuthorizationResponseError)
      throw new ProviderRefusal(error.error, error.error_description);
    throw foreign('a state or issuer that is not the expected one');
  }
}

const foreign = (what: string): LatchkeyError => expired(`the sign-in came back with ${what}: begin again`);

/** The provider's error. Its description is for the broker's log only: anything can be in a URL. */
export class ProviderRefusal extends ProblemError {
  readonly report: { error: string; error_description: string | undefined };

  constructor(error: string, description: string | undefined) {
    // Error codes have a small character set, but this one comes from a URL.
    const providerError = error.replaceAll(/[^a-z_]/g, '').slice(0, 40);
    super({
      code: error === 'access_denied' ? 'user_denied' : 'busy',
      message: `the identity provider refused the sign-in (${providerError})`,
      reason: 'provider',
      providerError,
    });
    this.report = { error: error.slice(0, 256), error_description: description?.slice(0, 4_096) };
  }
}
