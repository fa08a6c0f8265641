import { randomUUID } from 'node:crypto';
import { importJWK, type JWK, type JWTPayload, SignJWT } from 'jose';

/** A token signed like the provider's. Any claim can be changed, even to an invalid one, or removed (`undefined`). */
export async function providerToken(key: JWK, typ: string | undefined, claims: JWTPayload): Promise<string> {
  const payload = { iat: Math.floor(Date.now() / 1_000), jti: randomUUID(), ...claims };
  return new SignJWT(JSON.parse(JSON.stringify(payload)))
    .setProtectedHeader({ alg: 'RS256', kid: key.kid ?? '', ...(typ === undefined ? {} : { typ }) })
    .sign(await importJWK(key, 'RS256'));
}

export const logoutEvent = { 'http://schemas.openid.net/event/backchannel-logout': {} };
