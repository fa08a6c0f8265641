import { randomBytes } from 'node:crypto';
import { type CryptoKey, SignJWT } from 'jose';
import type { Grant } from './model.ts';

/** Groups in a token, at most: https://developer.okta.com/docs/guides/customize-tokens-groups-claim/main/ */
const maxGroups = 100;
const lifeSeconds = 3_600;

interface Deps {
  issuer: string;
  /** Of access tokens. */
  audience: string;
  /** Whether the ID token leaves to UserInfo what profile, email and groups are. */
  isThin: boolean;
  clientId: string;
  privateKey: CryptoKey;
  kid: string;
  now: () => number;
}

/**
 * Signs tokens in Okta's dialect: `scp`, `cid`, `uid`, `ver`; the access token has no `typ` in its header.
 *
 * @see https://developer.okta.com/docs/api/openapi/okta-oauth/guides/overview/
 */
export function createSigner({ issuer, audience, isThin, clientId, privateKey, kid, now }: Deps) {
  const sign = (claims: Record<string, unknown>) => {
    const iat = Math.floor(now() / 1_000);
    return new SignJWT({ ver: 1, iss: issuer, iat, exp: iat + lifeSeconds, ...claims })
      .setProtectedHeader({ alg: 'RS256', kid })
      .sign(privateKey);
  };
  const id = (prefix: string) => `${prefix}.${randomBytes(16).toString('base64url')}`;

  return {
    accessToken: ({ user, scopes, authTime }: Grant) =>
      sign({
        jti: id('AT'),
        aud: audience,
        cid: clientId,
        uid: user.id,
        scp: scopes,
        auth_time: authTime,
        sub: user.login,
      }),
    idToken: ({ user, scopes, authTime }: Grant, nonce: string | undefined) =>
      sign({
        jti: id('ID'),
        aud: clientId,
        sub: user.id,
        amr: ['pwd'],
        idp: '00o-like',
        auth_time: authTime,
        ...(isThin ? {} : { name: user.name, email: user.login, preferred_username: user.login }),
        ...(scopes.includes('groups') && !isThin ? { groups: user.groups.slice(0, maxGroups) } : {}),
        ...(nonce === undefined ? {} : { nonce }),
      }),
  };
}

export type Signer = ReturnType<typeof createSigner>;
export const expiresIn = lifeSeconds;
