import type { Deps } from '../deps.ts';
import { OAuthError } from '../errors.ts';
import type { Identity, Upstream } from '../upstream/types.ts';

/**
 * Requires that a silent sign-in (`prompt=none`, OpenID Connect Core §3.1.2.1) is possible. A silent sign-in continues
 * one person's session with everything that an ordinary sign-in provides. Otherwise it is rejected, and the existing
 * session stays unchanged.
 *
 * @param sub the owner of the session
 * @returns that `sub`
 * @throws {OAuthError} `invalid_request` if `sub` is missing, `interaction_required` if the provider issues no lasting
 *   grant without asking the person, or if the configuration turns silent sign-ins off
 */
export function requireSilentPossible(upstream: Upstream, sub: string | undefined): string {
  if (sub === undefined)
    throw new OAuthError('invalid_request', 'prompt=none needs sub, the account whose session continues');
  if (upstream.config.silent === 'off')
    throw new OAuthError('interaction_required', 'silent sign-ins are off for this provider');
  if (wantsGrant(upstream) && !upstream.preset.silentGrant) throw noGrant();
  return sub;
}

/**
 * Checks the result of a silent sign-in against its request.
 *
 * @throws {OAuthError} `account_selection_required` for another account, `interaction_required` if an expected refresh
 *   token is missing: such a session could mint nothing once `fresh` has passed
 */
export async function requireSilentOutcome(
  { store }: Pick<Deps, 'store'>,
  upstream: Upstream,
  sub: string,
  { identity, refreshToken }: { identity: Identity; refreshToken: string | undefined },
): Promise<void> {
  const person = await store.getPerson(sub);
  if (person?.issuer !== identity.issuer || person.idpSub !== identity.idpSub) {
    if (refreshToken !== undefined && upstream.preset.revocationIsNarrow) await upstream.revoke(refreshToken);
    throw new OAuthError('account_selection_required', 'a different account is signed in at the identity provider');
  }
  if (refreshToken === undefined && wantsGrant(upstream)) throw noGrant();
}

/** Whether ordinary sign-ins request a refresh token from this provider. */
const wantsGrant = ({ config, preset }: Upstream): boolean =>
  config.scopes.includes('offline_access') || Object.keys(preset.offlineParams).length > 0;

const noGrant = (): OAuthError =>
  new OAuthError('interaction_required', 'the identity provider issues no refresh token without user interaction');
