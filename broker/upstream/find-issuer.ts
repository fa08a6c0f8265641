import type { UpstreamGrant } from '../store/store.ts';
import { isSameIssuer } from './same-issuer.ts';
import type { Upstream } from './types.ts';

/**
 * Finds the provider that issued a grant. Only this provider may see the grant's refresh token, so every use of a
 * stored refresh token starts here.
 *
 * @returns `undefined` if the provider is no longer configured, or if its name stands for another issuer now
 */
export function findIssuer(
  upstreams: ReadonlyMap<string, Upstream>,
  { upstream, issuer }: Pick<UpstreamGrant, 'upstream' | 'issuer'>,
): Upstream | undefined {
  const found = upstreams.get(upstream);
  return found && isSameIssuer(found.config.issuer, issuer) ? found : undefined;
}

/** What the holder of a grant is told if {@link findIssuer} finds no provider. */
export const providerReplaced = 'the identity provider of this sign-in was replaced; sign in again';
