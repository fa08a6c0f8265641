import type { IDToken, UserInfoResponse } from 'oauth4webapi';
import type { UpstreamConfig } from '../config/types.ts';
import type { GrantClaims } from '../store/store.ts';
import type { Identity } from './types.ts';

type Claims = Readonly<Record<string, unknown>>;
type Source = Pick<UpstreamConfig, 'name' | 'groupsClaim'>;

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

/**
 * Extracts the identity. Groups come from the ID token, or else from UserInfo; if both lack them, there are none.
 *
 * @param upstream the provider's configured name, which qualifies its groups, and the name of the groups claim
 */
export function toIdentity(upstream: Source, idToken: IDToken, userInfo: UserInfoResponse | undefined): Identity {
  return {
    issuer: idToken.iss,
    idpSub: idToken.sub,
    sid: text(idToken.sid),
    issuedAt: idToken.iat * 1_000,
    claims: toClaims(upstream, idToken, userInfo),
  };
}

export function toClaims(upstream: Source, idToken: Claims | undefined, userInfo: Claims | undefined): GrantClaims {
  const claims: Claims = { ...userInfo, ...idToken };
  const amr = texts(claims.amr);
  return {
    groups: texts(claims[upstream.groupsClaim]).map((group) => `${upstream.name}:${group}`),
    name: text(claims.name) ?? text(claims.preferred_username),
    email: text(claims.email),
    auth_time: typeof claims.auth_time === 'number' ? claims.auth_time : undefined,
    acr: text(claims.acr),
    amr: amr.length > 0 ? amr : undefined,
  };
}
