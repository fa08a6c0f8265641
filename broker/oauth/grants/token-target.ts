import type { ResourceConfig } from '../../config/types.ts';
import type { Deps } from '../../deps.ts';
import { OAuthError } from '../../errors.ts';
import type { DeviceSession } from '../../store/store.ts';
import { userInfoAudience, userInfoResource } from '../identity-scopes.ts';

/**
 * Returns the resource of a token request: the one that the person granted or, if the client chooses it, UserInfo alone
 * (RFC 8707 §2.2).
 *
 * @param wanted the request's `resource`; several are separated by spaces
 * @throws {OAuthError} `invalid_target` if it was not granted; `invalid_grant` if it is no longer configured
 */
export function tokenTarget(
  { config }: Pick<Deps, 'config'>,
  { resource, scopes }: Pick<DeviceSession, 'resource' | 'scopes'>,
  wanted: string | undefined,
): ResourceConfig {
  const userInfo = userInfoAudience(config.issuer);
  const granted = [...(resource === undefined ? [] : [resource]), ...(scopes.includes('openid') ? [userInfo] : [])];
  const chosen = wanted?.split(' ') ?? granted;
  if (chosen.some((one) => !granted.includes(one))) {
    throw new OAuthError('invalid_target', `resource was not granted in this sign-in; granted: ${granted.join(' ')}`);
  }
  if (resource === undefined || !chosen.includes(resource)) return userInfoResource(config.issuer);
  const configured = config.resources.get(resource);
  if (configured) return configured;
  throw new OAuthError('invalid_grant', 'the resource of this sign-in is no longer configured; sign in again');
}
