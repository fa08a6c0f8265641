import { OAuthError } from '../errors.ts';
import type { Upstream } from './types.ts';

type Upstreams = { upstreams: ReadonlyMap<string, Upstream> };

/** Returns the named provider, or the first configured one if no name is given. */
export function chooseUpstream({ upstreams }: Upstreams, name: string | undefined): Upstream {
  const [first] = upstreams.values();
  const chosen = name === undefined ? first : upstreams.get(name);
  if (!chosen)
    throw new OAuthError('invalid_request', `unknown provider; available: ${[...upstreams.keys()].join(', ')}`);
  return chosen;
}

/** What can tell which of several providers a person signs in with, the strongest first. */
export interface ProviderHints {
  /** The provider's key in the configuration, which the person or the program chose. */
  name?: string | undefined;
  /** The e-mail address of who shall sign in. Its domain may belong to a provider (`upstreams.*.domains`). */
  loginHint?: string | undefined;
  /** The provider of whoever is signed in already. */
  signedInWith?: string | undefined;
}

/**
 * Returns the provider that the hints tell, or the only one.
 *
 * @returns `undefined` if there are several, and the person has to choose
 * @throws {OAuthError} `invalid_request` if `name` is unknown
 */
export function knownUpstream(
  { upstreams }: Upstreams,
  { name, loginHint, signedInWith }: ProviderHints,
): Upstream | undefined {
  if (name !== undefined) return chooseUpstream({ upstreams }, name);
  const all = [...upstreams.values()];
  if (all.length === 1) return all[0];
  return upstreamOfAddress({ upstreams }, loginHint) ?? upstreams.get(signedInWith ?? '');
}

/** Returns the provider whose `domains` has the domain of the e-mail address. Subdomains don't count. */
export function upstreamOfAddress({ upstreams }: Upstreams, address: string | undefined): Upstream | undefined {
  const domain = address?.slice(address.lastIndexOf('@') + 1).toLowerCase();
  if (!address?.includes('@') || !domain) return undefined;
  return [...upstreams.values()].find(({ config }) => config.domains?.includes(domain));
}
