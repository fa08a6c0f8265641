import type { Deps } from '../deps.ts';
import { openIfPossible } from '../keys/open-if-possible.ts';
import { auditEach, endSignIns } from '../revocation/end-sign-ins.ts';
import type { Session } from '../store/store.ts';
import { findIssuer } from '../upstream/find-issuer.ts';
import type { AuthenticatedSession } from './authenticate-session.ts';

/** Why the holder ends the session: the person signs out, or has signed in again. */
export type EndedBy = 'sign_out' | 'replaced';

/**
 * Ends the holder's session.
 *
 * @returns the provider's refresh token; only the session's holder could open it, and after this call nobody can
 */
export async function endSession(
  deps: Deps,
  session: AuthenticatedSession,
  reason: EndedBy,
): Promise<string | undefined> {
  const refreshToken = refreshTokenOf(deps, session);
  const { id, sub } = session.row;
  await endSignIns(deps, { signIns: { of: 'browser', id }, reason, audit: auditEach(sub, reason) });
  return refreshToken;
}

/**
 * Revokes what {@link endSession} returned at the provider (RFC 7009), as far as the provider supports it.
 *
 * @returns the URL where the person ends the provider's own session, if there is one
 */
export async function revokeUpstream(
  { store, upstreams, now }: Pick<Deps, 'store' | 'upstreams' | 'now'>,
  row: Session,
  { refreshToken, reason }: { refreshToken: string | undefined; reason: EndedBy },
): Promise<string | undefined> {
  const upstream = findIssuer(upstreams, row);
  const mayRevoke = reason === 'sign_out' || upstream?.preset.revocationIsNarrow === true;
  const revoked = refreshToken !== undefined && mayRevoke && (await upstream?.revoke(refreshToken)) === true;
  if (revoked) {
    await store.appendAudit({ type: 'session.grant_revoked', sub: row.sub, detail: { session: row.id } }, now());
  }
  return upstream?.logoutUrl().catch(() => undefined);
}

function refreshTokenOf(deps: Pick<Deps, 'ring' | 'log'>, { row, secret }: AuthenticatedSession): string | undefined {
  const { sealedRefresh, ringKid } = row;
  if (sealedRefresh === undefined || ringKid === undefined) return undefined;
  return openIfPossible(
    deps,
    { purpose: 'session-refresh', id: row.id, secret: secret.secret },
    { sealed: sealedRefresh, ringKid },
  );
}
