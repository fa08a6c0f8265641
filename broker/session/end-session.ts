import type { Deps } from '../deps.ts';
import { openIfPossible } from '../keys/open-if-possible.ts';
import { endSignIns } from '../revocation/end-sign-ins.ts';
import type { Session } from '../store/store.ts';
import type { AuthenticatedSession } from './authenticate-session.ts';

/** Why its holder ends it: the person signs out, or has signed in anew. */
export type EndedBy = 'sign_out' | 'replaced';

/** @returns the provider's refresh token, which nobody but the session's holder could open, and now nobody can */
export async function endSession(
  deps: Deps,
  session: AuthenticatedSession,
  reason: EndedBy,
): Promise<string | undefined> {
  const refreshToken = refreshTokenOf(deps, session);
  // The audit log's entry follows in revokeUpstream: it also tells whether the provider took part.
  await endSignIns(deps, { signIns: { of: 'browser', id: session.row.id }, reason, audit: () => [] });
  return refreshToken;
}

/**
 * Revokes at the provider (RFC 7009), as far as it lets us, what {@link endSession} has left.
 *
 * @returns where the person ends the provider's own session, if it has such a place
 */
export async function revokeUpstream(
  { store, upstreams, now }: Pick<Deps, 'store' | 'upstreams' | 'now'>,
  row: Session,
  { refreshToken, reason }: { refreshToken: string | undefined; reason: EndedBy },
): Promise<string | undefined> {
  const upstream = upstreams.get(row.upstream);
  const mayRevoke = reason === 'sign_out' || upstream?.preset.revocationIsNarrow === true;
  const revoked = refreshToken !== undefined && mayRevoke && (await upstream?.revoke(refreshToken)) === true;
  await store.appendAudit({ type: 'session.ended', sub: row.sub, detail: { session: row.id, reason, revoked } }, now());
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
