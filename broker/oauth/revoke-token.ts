import type { Deps } from '../deps.ts';
import { OAuthError } from '../errors.ts';
import { openIfPossible } from '../keys/open-if-possible.ts';
import { auditEach, endSignIns } from '../revocation/end-sign-ins.ts';
import type { BrokerEvent } from '../revocation/publisher.ts';
import { servicePrefix } from '../tokens/subjects.ts';
import { type AccessClaims, TokenError } from '../tokens/token-verifier.ts';
import { findIssuer } from '../upstream/find-issuer.ts';
import { type DeviceRefreshToken, familyRowId, parseRefreshToken, refreshTokenHash } from './refresh-token-format.ts';

const reason = 'revoked';

/**
 * Ends the session that a refresh or access token names, or the token itself if it is a service's. Does nothing for a
 * token that is unknown, invalid or expired (RFC 7009 §2.2).
 *
 * @param clientId the client that has identified itself
 * @throws {OAuthError} `invalid_grant` if the token was issued to another client (§2.1)
 */
export async function revokeToken(deps: Deps, clientId: string, token: string): Promise<void> {
  const refreshToken = parseRefreshToken(token);
  if (refreshToken) return revokeFamily(deps, clientId, refreshToken);
  const claims = await valid(deps, token);
  if (!claims) return;
  if (claims.client_id !== clientId) throw ofAnotherClient();
  await revokeAccess(deps, claims);
}

/**
 * Ends the family, also for an old token of it, as its use would. The grant is revoked at the provider only if that ends
 * no other grant of the person.
 */
async function revokeFamily(deps: Deps, clientId: string, refreshToken: DeviceRefreshToken): Promise<void> {
  const row = await deps.store.getDeviceSession(familyRowId(refreshToken));
  if (!row) return;
  if (row.clientId !== clientId) throw ofAnotherClient();
  const upstream = findIssuer(deps.upstreams, row);
  const upstreamToken =
    row.sealedRefresh !== undefined && row.ringKid !== undefined && row.currentHash === refreshTokenHash(refreshToken)
      ? openIfPossible(
          deps,
          { purpose: 'device-refresh', id: row.id, secret: refreshToken.secret },
          { sealed: row.sealedRefresh, ringKid: row.ringKid },
        )
      : undefined;
  const { devices } = await endSignIns(deps, {
    signIns: { of: 'device', id: row.id },
    reason,
    audit: auditEach(row.sub, reason),
  });
  if (devices.length > 0 && upstream?.preset.revocationIsNarrow && upstreamToken !== undefined) {
    await upstream.revoke(upstreamToken);
  }
}

async function revokeAccess(deps: Deps, { sub, sid, azp, jti, exp, iat }: AccessClaims): Promise<void> {
  const { store, now } = deps;
  if (sub.startsWith(servicePrefix)) {
    // There is no session behind it. The date is the same each time, so that only the first revocation is news.
    const revoked = { type: 'service_token.revoked', detail: { service: sub, jti } };
    await store.addTombstone({ jti, at: iat * 1_000 }, (exp + clockToleranceS) * 1_000, {
      at: now(),
      audit: [revoked],
      events: [{ type: 'ended', tokens: [jti] } satisfies BrokerEvent],
    });
  } else if (sid !== undefined) {
    const of = azp === undefined ? 'device' : 'browser';
    await endSignIns(deps, { signIns: { of, id: sid }, reason, audit: auditEach(sub, reason) });
  }
}

/** Replicas whose clocks are behind accept a token a little longer. */
const clockToleranceS = 60;

async function valid({ verifyToken }: Pick<Deps, 'verifyToken'>, token: string): Promise<AccessClaims | undefined> {
  try {
    return await verifyToken(token);
  } catch (error) {
    if (error instanceof TokenError) return undefined;
    throw error;
  }
}

const ofAnotherClient = () =>
  new OAuthError('invalid_grant', 'this token was issued to another client; only that client can revoke it');
