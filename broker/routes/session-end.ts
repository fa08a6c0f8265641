import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { openIfPossible } from '../keys/open-if-possible.ts';
import type { AuthenticatedSession } from '../middleware/require-session.ts';
import { clearSessionCookie } from '../session/session-cookie.ts';

/**
 * `DELETE /session`: erases here first, then revokes upstream (RFC 7009) as far as the provider lets us, so
 * that a provider that is down keeps nobody signed in.
 */
export function sessionEnd(deps: Deps) {
  return async (c: BrokerContext) => {
    const session = c.get('session');
    const { row } = session;
    const reason = c.req.query('replaced') === 'true' ? 'replaced' : 'sign_out';
    const refreshToken = refreshTokenOf(deps, session);
    const upstream = deps.upstreams.get(row.upstream);
    await deps.store.endSession(row.id, reason, deps.now());
    await deps.feed.publish({ type: 'revoked', sessions: [row.id], reason });
    clearSessionCookie(c, row.jkt);
    const mayRevoke = reason === 'sign_out' || upstream?.preset.revocationIsNarrow === true;
    const revoked = refreshToken !== undefined && mayRevoke && (await upstream?.revoke(refreshToken)) === true;
    await deps.store.appendAudit(
      { type: 'session.ended', sub: row.sub, detail: { session: row.id, reason, revoked } },
      deps.now(),
    );
    const logoutUrl = await upstream?.logoutUrl().catch(() => undefined);
    return c.json(logoutUrl === undefined ? {} : { logout_url: logoutUrl });
  };
}

function refreshTokenOf(deps: Deps, { row, secret }: AuthenticatedSession): string | undefined {
  const { sealedRefresh, ringKid } = row;
  if (sealedRefresh === undefined || ringKid === undefined) return undefined;
  return openIfPossible(
    deps,
    { purpose: 'session-refresh', id: row.id, secret: secret.secret },
    { sealed: sealedRefresh, ringKid },
  );
}
