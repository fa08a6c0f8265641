import { accountHeader, clientHeader, clientHeaderValue } from '@latchkey/shared/session-api.ts';
import type { MiddlewareHandler } from 'hono';
import type { Deps } from '../deps.ts';
import type { Env } from '../env.ts';
import { OAuthError } from '../errors.ts';
import { findSession, isUsable, keepAlive, replacePredecessor } from '../session/authenticate-session.ts';
import { noSession } from '../session/no-session.ts';
import { readSessionCookie, writeSessionCookie } from './session-cookie.ts';

/** Requires the client header and a fresh proof, as every `/session` call does, signed in or not. */
export function requireProof({
  config,
  checkProof,
  nonces,
}: Pick<Deps, 'config' | 'checkProof' | 'nonces'>): MiddlewareHandler<Env> {
  return async function requireProofMiddleware(c, next) {
    c.header('DPoP-Nonce', nonces.issue());
    c.header('Cache-Control', 'no-store');
    if (!clientHeaderValue.test(c.req.header(clientHeader) ?? '')) {
      throw new OAuthError(
        'invalid_request',
        `the ${clientHeader} header is missing or malformed (expected extension/1.2.3); only the extension may call this endpoint`,
      );
    }
    const { jkt, use } = await checkProof(c.req.header('DPoP'), {
      method: c.req.method,
      url: `${config.issuer}${c.req.path}`,
    });
    c.set('jkt', jkt);
    c.set('useProof', use);
    await next();
  };
}

/**
 * In addition to {@link requireProof}, requires a live session whose key signed the proof.
 *
 * @param options `isActivity` (default true): whether the call counts as activity and extends the idle expiry
 */
export function requireSession(
  deps: Pick<Deps, 'config' | 'store' | 'feed' | 'now'>,
  { isActivity = true } = {},
): MiddlewareHandler<Env> {
  return async function requireSessionMiddleware(c, next) {
    const jkt = c.get('jkt');
    const session = await findSession(deps, { secret: readSessionCookie(c, jkt), jkt });
    if (!session || !isUsable(session, deps.now())) throw noSession(session?.row);
    await c.get('useProof')();
    const account = c.req.header(accountHeader);
    if (account !== undefined && account !== session.row.sub) throw anotherAccount();
    await replacePredecessor(deps, session.row);
    if (isActivity) {
      const idleExpiresAt = await keepAlive(deps, session.row, c.get('address'));
      if (idleExpiresAt !== undefined) writeSessionCookie(c, jkt, session.secret, idleExpiresAt - deps.now());
    }
    c.set('session', session);
    await next();
  };
}

const anotherAccount = (): OAuthError =>
  new OAuthError('account_selection_required', 'this session belongs to a different account; see GET /session');
