import type { AuthorizeRequest } from '@latchkey/shared/session-api.ts';
import type { Deps } from '../deps.ts';
import { OAuthError } from '../errors.ts';
import { sha256 } from '../keys/hash.ts';
import { chooseUpstream } from '../upstream/choose-upstream.ts';
import { requireSilentPossible } from './silent-sign-in.ts';

/** The data that `/session/authorize` stores for `POST /session`. */
export interface SignInTransaction {
  upstream: string;
  redirectUri: string;
  nonce: string;
  codeChallenge: string;
  jkt: string;
  maxAge: number | undefined;
  /**
   * When the sign-in began. What ends the person's sign-ins after that ends this one. Other versions' transactions lack
   * it.
   */
  beganAt?: number | undefined;
  /** For a silent sign-in: `sub` of the account whose session continues. */
  silentFor?: string | undefined;
}

/** How long the person may take to sign in at the provider. */
export const transactionMs = 600_000;

/**
 * Opens a sign-in transaction for a key and returns where to send the person.
 *
 * @param jkt thumbprint of the key that the session will be bound to
 * @throws {OAuthError} `invalid_request`; the errors of {@link requireSilentPossible} and of the provider
 */
export async function beginSignIn(deps: Deps, request: AuthorizeRequest, jkt: string) {
  const { config, store, now } = deps;
  const beganAt = now();
  if (!config.extension.redirectUris.includes(request.redirect_uri)) {
    throw new OAuthError(
      'invalid_request',
      'redirect_uri does not belong to a configured extension; add its ID to extension.chrome_ids or extension.firefox_ids',
    );
  }
  const upstream = chooseUpstream(deps, request.upstream);
  const silentFor = request.prompt === 'none' ? requireSilentPossible(upstream, request.sub) : undefined;
  const { url, issuer, issRequired } = await upstream.authorizationUrl({
    redirectUri: request.redirect_uri,
    state: request.state,
    nonce: request.nonce,
    codeChallenge: request.code_challenge,
    offline: true,
    prompt: request.prompt,
    loginHint: request.login_hint,
    acrValues: request.acr_values,
    maxAge: request.max_age,
  });
  const data: SignInTransaction = {
    upstream: upstream.config.name,
    redirectUri: request.redirect_uri,
    nonce: request.nonce,
    codeChallenge: request.code_challenge,
    jkt,
    maxAge: request.max_age,
    beganAt,
    silentFor,
  };
  const stored = await store.putTransaction({
    id: sha256(request.state),
    kind: 'session',
    data: { ...data },
    expiresAt: now() + transactionMs,
  });
  if (!stored) throw new OAuthError('invalid_request', 'state was already used; generate a new one for each sign-in');
  return { url, issuer, issRequired, expiresInMs: transactionMs };
}
