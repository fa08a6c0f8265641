import type { IDToken, UserInfoResponse } from 'oauth4webapi';
import type { UpstreamConfig } from '../config/types.ts';
import { OAuthError } from '../errors.ts';
import type { GrantClaims } from '../store/store.ts';
import { isProviderId, numericDate, providerText } from './provider-values.ts';
import type { Identity } from './types.ts';

type Claims = Readonly<Record<string, unknown>>;
type Source = Pick<UpstreamConfig, 'name' | 'groupsClaim'>;

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.flatMap((item) => providerText(item) ?? []) : [];

/**
 * Extracts the identity. Groups come from the ID token, or else from UserInfo; if both lack them, there are none.
 *
 * @param upstream the provider's configured name, which qualifies its groups, and the name of the groups claim
 * @throws {OAuthError} `upstream_error` if `sub`, `sid` or `iat` is unusable
 */
export function toIdentity(upstream: Source, idToken: IDToken, userInfo: UserInfoResponse | undefined): Identity {
  const { iss: issuer, sub: idpSub } = idToken;
  const sid = typeof idToken.sid === 'string' && idToken.sid !== '' ? idToken.sid : undefined;
  const iat = numericDate(idToken.iat);
  if (!isProviderId(idpSub)) throw unusable('sub');
  if (sid !== undefined && !isProviderId(sid)) throw unusable('sid');
  if (iat === undefined) throw unusable('iat');
  return {
    issuer,
    idpSub,
    sid,
    issuedAt: iat * 1_000,
    claims: toClaims(upstream, idToken, userInfo),
  };
}

/** A sign-in that no logout could name or date later is refused. */
const unusable = (claim: string) =>
  new OAuthError('upstream_error', `the identity provider sent an ID token whose ${claim} cannot be used`);

export function toClaims(upstream: Source, idToken: Claims | undefined, userInfo: Claims | undefined): GrantClaims {
  const claims: Claims = { ...userInfo, ...idToken };
  const amr = texts(claims.amr);
  return {
    groups: texts(claims[upstream.groupsClaim]).map((group) => `${upstream.name}:${group}`),
    name: providerText(claims.name) ?? providerText(claims.preferred_username),
    email: providerText(claims.email),
    auth_time: numericDate(claims.auth_time),
    acr: providerText(claims.acr),
    amr: amr.length > 0 ? amr : undefined,
  };
}
