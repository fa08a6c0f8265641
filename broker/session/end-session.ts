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
 * Revokes what {@link endSession} returned at the provider (RFC 7009), as far as the provider supports it and it costs the
 * person no other sign-in. Nobody can open the token anymore in either case.
 *
 * @returns the URL where the person ends the provider's own session, if there is one
 */
export async function revokeUpstream(
  { store, upstreams, now }: Pick<Deps, 'store' | 'upstreams' | 'now'>,
  row: Session,
  { refreshToken, reason }: { refreshToken: string | undefined; reason: EndedBy },
): Promise<string | undefined> {
  const upstream = findIssuer(upstreams, row);
  const mayRevoke =
    upstream?.preset.revocationIsNarrow === true || (reason === 'sign_out' && (await isLastSignIn(store, row)));
  const revoked = refreshToken !== undefined && mayRevoke && (await upstream?.revoke(refreshToken)) === true;
  if (revoked) {
    await store.appendAudit({ type: 'session.grant_revoked', sub: row.sub, detail: { session: row.id } }, now());
  }
  return upstream?.logoutUrl().catch(() => undefined);
}

/** Whether the person has no other browser or device, which a provider whose revocation is wide would sign out, too. */
async function isLastSignIn(store: Deps['store'], { id, sub }: Session): Promise<boolean> {
  const [sessions, devices] = await Promise.all([store.listSessions(sub), store.listDeviceSessions(sub)]);
  return devices.length === 0 && sessions.every((session) => session.id === id);
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
