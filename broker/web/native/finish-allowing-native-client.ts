import { randomBytes } from 'node:crypto';
import type { Deps } from '../../deps.ts';
import type { BrokerContext } from '../../env.ts';
import { OAuthError } from '../../errors.ts';
import { sha256 } from '../../keys/hash.ts';
import { codeHash, codeLifeMs, newCode } from '../../oauth/authorization-code-format.ts';
import type { NativeRequest } from '../../oauth/authorization-request.ts';
import { codeUrl, errorUrl } from '../../oauth/authorization-response.ts';
import { grantPublicKey, sealGrant } from '../../oauth/grants/grant-seal.ts';
import { formatSealedGrant } from '../../oauth/grants/sealed-grant.ts';
import type { PageSession } from '../page-session.ts';
import type { Returned } from '../page-sign-in.ts';

/** "Allow", back from the provider with a grant of the program's own: sealed under a code, which goes to the program. */
export async function allowNative(
  deps: Deps,
  c: BrokerContext,
  { person }: PageSession,
  { identity, refreshToken, upstream }: Extract<Returned, { cancelled: false }>,
  { request, sub }: { request: NativeRequest; sub: string },
) {
  const { config, store, ring, now } = deps;
  if (person?.sub !== sub) {
    const other = new OAuthError('access_denied', 'somebody else signed in than the one who allowed: start again');
    return c.redirect(errorUrl(config, request, other));
  }
  const { clientId, redirectUri, codeChallenge, nonce, scopes, resource } = request;
  const code = newCode();
  const publicKey = grantPublicKey(ring.current.key, code);
  await store.insertDeviceGrant({
    deviceCodeHash: codeHash(code),
    // Nobody types this one in.
    userCodeHash: sha256(randomBytes(32)),
    clientId,
    scopes,
    resource,
    publicKey,
    ringKid: ring.current.kid,
    interval: 5,
    createdAt: now(),
    expiresAt: now() + codeLifeMs,
    ip: c.get('address'),
    userAgent: c.req.header('User-Agent')?.slice(0, 200),
  });
  const sealedGrant = await sealGrant(
    publicKey,
    formatSealedGrant({
      refreshToken,
      upstream: upstream.config.name,
      issuer: identity.issuer,
      issuedAt: identity.issuedAt,
      refreshedAt: now(),
      authorization: { redirectUri, codeChallenge, nonce },
    }),
  );
  const allow = { decision: 'allow', sub, sealedGrant, claims: identity.claims, scopes } as const;
  if (!(await store.decideDeviceGrant(codeHash(code), allow, now()))) throw new Error('the code just stored is gone');
  await store.appendAudit(
    { type: 'device.allowed', sub, detail: { client: clientId, scope: scopes.join(' ') } },
    now(),
  );
  return c.redirect(codeUrl(config, request, code));
}
