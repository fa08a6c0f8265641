import { presetOf } from '../config/provider-presets.ts';
import type { UpstreamConfig } from '../config/types.ts';
import type { GrantClaims } from '../store/store.ts';

/**
 * Returns what tells the provider who should sign in (OpenID Connect Core §3.1.2.1): the provider's own hint, or the name
 * that its accounts have, or else the email address.
 */
export function loginHintOf(
  provider: Pick<UpstreamConfig, 'preset'> | undefined,
  { login_hint: given, preferred_username: username, email }: GrantClaims,
): string | undefined {
  if (given !== undefined) return given;
  return (provider && presetOf(provider.preset).loginHint === 'preferred_username' ? username : undefined) ?? email;
}
