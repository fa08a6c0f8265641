import type { Deps } from '../deps.ts';
import { OAuthError } from '../errors.ts';
import type { Identity, Upstream } from '../upstream/types.ts';

/**
 * A silent sign-in (`prompt=none`, OpenID Connect Core §3.1.2.1) goes on with the session of one person and gives it
 * all that an ordinary one would: else it is refused, and what there is stays as it is.
 *
 * @param sub whose session it is
 * @returns that `sub`
 * @throws {OAuthError} `invalid_request` where nobody is named, `interaction_required` where the provider gives no lasting
 *   grant without asking the person
 */
export function requireSilentPossible(upstream: Upstream, sub: string | undefined): string {
  if (sub === undefined)
    throw new OAuthError('invalid_request', 'prompt=none needs sub, the account whose session continues');
  if (wantsGrant(upstream) && !upstream.preset.silentGrant) throw noGrant();
  return sub;
}

/**
 * Holds what came of a silent sign-in against what it was for.
 *
 * @throws {OAuthError} `account_selection_required` for another account, `interaction_required` without a refresh token
 *   where one is wanted: such a session could mint nothing once `fresh` is over
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

/** Whether ordinary sign-ins ask this provider for a refresh token. */
const wantsGrant = ({ config, preset }: Upstream): boolean =>
  config.scopes.includes('offline_access') || Object.keys(preset.offlineParams).length > 0;

const noGrant = (): OAuthError =>
  new OAuthError('interaction_required', 'the identity provider issues no refresh token without user interaction');
