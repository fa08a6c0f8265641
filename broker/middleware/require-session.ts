import { accountHeader, clientHeader, clientHeaderValue } from '@latchkey/shared/session-api.ts';
import type { MiddlewareHandler } from 'hono';
import type { Deps } from '../deps.ts';
import type { BrokerContext, Env } from '../env.ts';
import { OAuthError } from '../errors.ts';
import { sameText } from '../keys/hash.ts';
import { noSession } from '../session/no-session.ts';
import {
  readSessionCookie,
  type SessionSecret,
  secretCheckOf,
  sessionRowId,
  writeSessionCookie,
} from '../session/session-cookie.ts';
import type { Session } from '../store/store.ts';

export interface AuthenticatedSession {
  row: Session;
  secret: SessionSecret;
}

/** The idle expiry is moved on at most this often, so that a busy session is not a write a request. */
const touchEveryMs = 60_000;

/** The client header and a fresh proof: what every `/session` call needs, signed in or not. */
export function requireProof({ config, checkProof, nonces }: Deps): MiddlewareHandler<Env> {
  return async function requireProofMiddleware(c, next) {
    c.header('DPoP-Nonce', nonces.issue());
    c.header('Cache-Control', 'no-store');
    if (!clientHeaderValue.test(c.req.header(clientHeader) ?? '')) {
      throw new OAuthError(
        'invalid_request',
        `the ${clientHeader} header is missing or not like extension/1.2.3: only the extension may call this`,
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
 * On top of {@link requireProof}: a live session whose key made that proof.
 *
 * @param options `isActivity` (default true): whether the call shows that somebody is there, and moves the idle expiry on
 */
export function requireSession(deps: Deps, { isActivity = true } = {}): MiddlewareHandler<Env> {
  return async function requireSessionMiddleware(c, next) {
    const session = await findSession(deps, c, c.get('jkt'));
    if (!session) throw noSession((await findRow(deps.store, c, c.get('jkt')))?.row);
    await c.get('useProof')();
    const account = c.req.header(accountHeader);
    if (account !== undefined && account !== session.row.sub) throw anotherAccount();
    await replacePredecessor(deps, session.row);
    if (isActivity) await keepAlive(deps, c, session);
    c.set('session', session);
    await next();
  };
}

const anotherAccount = (): OAuthError =>
  new OAuthError('account_selection_required', 'this session is of another account: GET /session says whose');

/**
 * The session of the request's cookie, if it lives and is bound to the key that made the proof. A cookie
 * without its key, and a key without its cookie, are worth nothing.
 */
export async function findSession(
  { store, now }: Deps,
  c: BrokerContext,
  jkt: string,
): Promise<AuthenticatedSession | undefined> {
  const found = await findRow(store, c, jkt);
  if (!found) return undefined;
  const { row } = found;
  if (row.state === 'ended' || now() >= row.idleExpiresAt || now() >= row.absoluteExpiresAt) return undefined;
  return found;
}

/** The same, whether or not it still lives. */
async function findRow(store: Deps['store'], c: BrokerContext, jkt: string): Promise<AuthenticatedSession | undefined> {
  const secret = readSessionCookie(c, jkt);
  if (!secret) return undefined;
  const row = await store.getSession(sessionRowId(secret));
  if (!row || !sameText(row.secretCheck, secretCheckOf(secret)) || row.jkt !== jkt) return undefined;
  return { row, secret };
}

async function replacePredecessor({ store, feed, now }: Deps, { id, predecessor }: Session): Promise<void> {
  if (predecessor === undefined) return;
  await store.activateSession(id, now());
  await feed.publish({ type: 'revoked', sessions: [predecessor], reason: 'replaced' });
}

async function keepAlive(
  { config, store, now }: Deps,
  c: BrokerContext,
  { row, secret }: AuthenticatedSession,
): Promise<void> {
  const idleExpiresAt = Math.min(now() + config.session.idleMs, row.absoluteExpiresAt);
  if (idleExpiresAt - row.idleExpiresAt < Math.min(touchEveryMs, config.session.idleMs / 10)) return;
  await store.touchSession(row.id, idleExpiresAt, { at: now(), from: c.get('address') });
  writeSessionCookie(c, row.jkt, secret, idleExpiresAt - now());
}
