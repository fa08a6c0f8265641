import { accountHeader, clientHeader, clientHeaderValue } from '@latchkey/shared/session-api.ts';
import type { MiddlewareHandler } from 'hono';
import type { Deps } from '../deps.ts';
import type { Env } from '../env.ts';
import { OAuthError } from '../errors.ts';
import { findSession, isUsable, keepAlive, ownerOf, replacePredecessor } from '../session/authenticate-session.ts';
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
    const client = c.req.header(clientHeader) ?? '';
    if (!clientHeaderValue.test(client)) {
      throw new OAuthError(
        'invalid_request',
        `the ${clientHeader} header is missing or malformed (expected extension/1.2.3); only the extension may call this endpoint`,
      );
    }
    c.set('client', client);
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
  deps: Pick<Deps, 'config' | 'store' | 'now'>,
  { isActivity = true } = {},
): MiddlewareHandler<Env> {
  return async function requireSessionMiddleware(c, next) {
    const jkt = c.get('jkt');
    const secret = readSessionCookie(c, jkt);
    const session = await findSession(deps, { secret, jkt });
    if (!session) throw noSession(undefined, await ownerOf(deps, secret));
    if (!isUsable(session, deps.now())) throw noSession(session.row);
    c.set('session', session);
    await c.get('useProof')();
    const account = c.req.header(accountHeader);
    if (account !== undefined && account !== session.row.sub) throw anotherAccount();
    await replacePredecessor(deps, session.row);
    if (isActivity) {
      const idleExpiresAt = await keepAlive(deps, session.row, c.get('address'));
      if (idleExpiresAt !== undefined) writeSessionCookie(c, jkt, session.secret, idleExpiresAt - deps.now());
    }
    await next();
  };
}

const anotherAccount = (): OAuthError =>
  new OAuthError('account_selection_required', 'this session belongs to a different account; see GET /session');
