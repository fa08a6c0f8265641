import type { Deps } from '../deps.ts';
import { sameText } from '../keys/hash.ts';
import type { Session } from '../store/store.ts';
import { type SessionSecret, secretCheckOf, sessionRowId } from './session-secret.ts';

export interface AuthenticatedSession {
  row: Session;
  secret: SessionSecret;
}

/** What a request shows of a session. */
interface Presented {
  /** That of the request's cookie. */
  secret: SessionSecret | undefined;
  /** Thumbprint of the key that made the request's proof. */
  jkt: string;
}

/** The idle expiry is moved on at most this often, so that a busy session is not a write a request. */
const touchEveryMs = 60_000;

/**
 * The session that the secret opens, if it is bound to the key that made the proof, whether or not it still lives. A
 * secret without its key, and a key without its secret, are worth nothing.
 */
export async function findSession(
  { store }: Pick<Deps, 'store'>,
  { secret, jkt }: Presented,
): Promise<AuthenticatedSession | undefined> {
  if (!secret) return undefined;
  const row = await store.getSession(sessionRowId(secret));
  if (!row || !sameText(row.secretCheck, secretCheckOf(secret)) || row.jkt !== jkt) return undefined;
  return { row, secret };
}

/** Neither ended nor expired. */
export const isUsable = ({ row }: AuthenticatedSession, now: number): boolean =>
  row.state !== 'ended' && now < row.idleExpiresAt && now < row.absoluteExpiresAt;

/** The first use of a session ends the one that it replaces: until then, its holder may not have got it. */
export async function replacePredecessor(
  { store, feed, now }: Pick<Deps, 'store' | 'feed' | 'now'>,
  { id, predecessor }: Session,
): Promise<void> {
  if (predecessor === undefined) return;
  await store.activateSession(id, now());
  await feed.publish({ type: 'revoked', sessions: [predecessor], reason: 'replaced' });
}

/**
 * Notes that the session is in use.
 *
 * @param from the address of the request
 * @returns when it now expires without further use; `undefined` where that was moved on a short while ago, and stays
 */
export async function keepAlive(
  { config, store, now }: Pick<Deps, 'config' | 'store' | 'now'>,
  row: Session,
  from: string,
): Promise<number | undefined> {
  const idleExpiresAt = Math.min(now() + config.session.idleMs, row.absoluteExpiresAt);
  if (idleExpiresAt - row.idleExpiresAt < Math.min(touchEveryMs, config.session.idleMs / 10)) return undefined;
  await store.touchSession(row.id, idleExpiresAt, { at: now(), from });
  return idleExpiresAt;
}
