import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { clearSessionCookie } from '../middleware/session-cookie.ts';
import { endSession, revokeUpstream } from '../session/end-session.ts';

/**
 * `DELETE /session` first ends the session in the broker, then revokes upstream (RFC 7009) as far as the provider
 * supports it. An unavailable provider therefore keeps nobody signed in.
 */
export function sessionEnd(deps: Deps) {
  return async (c: BrokerContext) => {
    const session = c.get('session');
    const reason = c.req.query('replaced') === 'true' ? 'replaced' : 'sign_out';
    const refreshToken = await endSession(deps, session, reason);
    clearSessionCookie(c, session.row.jkt);
    const logoutUrl = await revokeUpstream(deps, session.row, { refreshToken, reason });
    return c.json(logoutUrl === undefined ? {} : { logout_url: logoutUrl });
  };
}
