import type { AuthorizeRequest } from '@latchkey/shared/session-requests.ts';
import type { Deps } from '../deps.ts';
import { OAuthError } from '../errors.ts';
import { sha256 } from '../keys/hash.ts';
import { budgets } from '../limits/budgets.ts';
import { chooseUpstream, upstreamOfAddress } from '../upstream/choose-upstream.ts';
import type { ProviderBinding } from '../upstream/types.ts';
import { signInIdOf } from './sign-in-id.ts';
import { requireSilentPossible } from './silent-sign-in.ts';

/** The data that `/session/authorize` stores for `POST /session`. */
export interface SignInTransaction {
  upstream: string;
  redirectUri: string;
  binding: ProviderBinding;
  maxAge: number | undefined;
  /**
   * When the sign-in began. What ends the person's sign-ins after that ends this one. Other versions' transactions lack
   * it.
   */
  beganAt?: number | undefined;
  /** For a silent sign-in: `sub` of the account whose session continues. */
  silentFor?: string | undefined;
}

/** Who begins a sign-in. */
interface Caller {
  /** Thumbprint of the key that the session will be bound to. */
  jkt: string;
  /** Whom the request counts for. */
  network: string;
  /** Marks the request's proof as used. */
  useProof(): Promise<void>;
}

/** How long the person may take to sign in at the provider. */
export const transactionMs = 600_000;
/** A challenge is remembered for longer than any sign-in that began with it lives. */
const challengeMs = 3_600_000;

/** What the client has to show to finish its sign-in. */
export interface SignInHolder {
  state: string;
  /** The client's own PKCE challenge (RFC 7636 §4.2). The provider never sees it. */
  codeChallenge: string;
  /** Thumbprint of the key that began the sign-in. */
  jkt: string;
}

/** The ID commits to all that the holder must show: nobody else finds the transaction, and so nobody else spends it. */
export const transactionId = ({ state, codeChallenge, jkt }: SignInHolder): string =>
  sha256(`session:${state}.${codeChallenge}.${jkt}`);

/**
 * Opens a sign-in transaction for a key and returns where to send the person. Only a valid request counts, and only then
 * is its proof stored.
 *
 * @throws {OAuthError} `invalid_request`, `too_many_requests`, `invalid_dpop_proof`; the errors of {@link
 *   requireSilentPossible} and of the provider
 */
export async function beginSignIn(deps: Deps, request: AuthorizeRequest, { jkt, network, useProof }: Caller) {
  const { config, store, now } = deps;
  const beganAt = now();
  if (!config.extension.redirectUris.includes(request.redirect_uri)) {
    throw new OAuthError(
      'invalid_request',
      'redirect_uri does not belong to a configured extension; add its ID to extension.chrome_ids or extension.firefox_ids',
    );
  }
  const upstream =
    (request.upstream === undefined ? upstreamOfAddress(deps, request.login_hint) : undefined) ??
    chooseUpstream(deps, request.upstream);
  const silentFor = request.prompt === 'none' ? requireSilentPossible(upstream, request.sub) : undefined;
  await deps.count(budgets.sessionAuthorize, network);
  await useProof();
  const { state, code_challenge: codeChallenge } = request;
  const { url, issRequired, binding } = await upstream.authorizationUrl({
    redirectUri: request.redirect_uri,
    state,
    offline: 'browser',
    prompt: request.prompt,
    loginHint: request.login_hint,
    acrValues: request.acr_values,
    maxAge: request.max_age,
  });
  const data: SignInTransaction = {
    upstream: upstream.config.name,
    redirectUri: request.redirect_uri,
    binding,
    maxAge: request.max_age,
    beganAt,
    silentFor,
  };
  await requireNewChallenge(deps, codeChallenge);
  const id = transactionId({ state, codeChallenge, jkt });
  await store.putTransaction({
    id,
    kind: 'session',
    data: { ...data },
    expiresAt: now() + transactionMs,
  });
  return { url, issuer: binding.issuer, issRequired, expiresInMs: transactionMs, signInId: signInIdOf(id) };
}

/**
 * A verifier is shown to one sign-in only, so a challenge that comes again is not from the client that drew it.
 *
 * @throws {OAuthError} `invalid_request`
 */
export async function requireNewChallenge(
  { store, now }: Pick<Deps, 'store' | 'now'>,
  codeChallenge: string,
): Promise<void> {
  const id = sha256(`challenge:${codeChallenge}`);
  if (await store.putTransaction({ id, kind: 'session', data: {}, expiresAt: now() + challengeMs })) return;
  throw new OAuthError('invalid_request', 'code_challenge was already used; generate a new one for each sign-in');
}
