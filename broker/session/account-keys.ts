import { presetOf } from '../config/provider-presets.ts';
import type { Deps } from '../deps.ts';
import { emailDomain, emailKey } from '../store/email-key.ts';
import type { Session } from '../store/store.ts';

/**
 * The keys of the names that a device can give to ask a session's person: the e-mail address, and the user name where the
 * provider's accounts go by it. An address that the provider calls unverified is none, nor is one in another provider's
 * `domains`: whoever can choose an address could see the requests of somebody else's devices.
 */
export function accountKeysOf(
  { upstreams }: Pick<Deps, 'upstreams'>,
  { upstream, claims }: Pick<Session, 'upstream' | 'claims'>,
): string[] {
  const preset = upstreams.get(upstream)?.config.preset;
  const goesByName = preset !== undefined && presetOf(preset).loginHint === 'preferred_username';
  const email = claims.email_verified === false ? undefined : claims.email;
  const isOwn = (name: string): boolean => {
    const domain = emailDomain(name) ?? '';
    const owner = [...upstreams.values()].find(({ config }) => config.domains?.includes(domain));
    return (owner?.config.name ?? upstream) === upstream;
  };
  const names = [email, goesByName ? claims.preferred_username : undefined];
  return [...new Set(names.flatMap((name) => (name !== undefined && isOwn(name) ? [emailKey(name)] : [])))];
}
