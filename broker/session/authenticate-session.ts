import type { Deps } from '../deps.ts';
import { sameText } from '../keys/hash.ts';
import { auditEach } from '../revocation/end-sign-ins.ts';
import type { Session } from '../store/store.ts';
import { type SessionSecret, secretCheckOf, sessionRowId } from './session-secret.ts';

export interface AuthenticatedSession {
  row: Session;
  secret: SessionSecret;
}

/** The session credentials of a request. */
interface Presented {
  /** From the request's cookie. */
  secret: SessionSecret | undefined;
  /** Thumbprint of the key that signed the request's proof. */
  jkt: string;
}

/** The idle expiry is extended at most this often, so that a busy session does not cause a write per request. */
const touchEveryMs = 60_000;

/**
 * Finds the session that the secret opens, if it is bound to the key that signed the proof. The session may have
 * ended. A secret without its key, or a key without its secret, is useless.
 */
export async function findSession(
  { store }: Pick<Deps, 'store'>,
  { secret, jkt }: Presented,
): Promise<AuthenticatedSession | undefined> {
  const row = await openedBy(store, secret);
  return secret && row?.jkt === jkt ? { row, secret } : undefined;
}

/**
 * The person whose session the secret opens, whatever key the request was signed with.
 *
 * If {@link findSession} has found nothing and this finds someone, their cookie is in the wrong hands.
 */
export async function ownerOf(
  { store }: Pick<Deps, 'store'>,
  secret: SessionSecret | undefined,
): Promise<string | undefined> {
  return (await openedBy(store, secret))?.sub;
}

async function openedBy(store: Deps['store'], secret: SessionSecret | undefined): Promise<Session | undefined> {
  if (!secret) return undefined;
  const row = await store.getSession(sessionRowId(secret));
  return row && sameText(row.secretCheck, secretCheckOf(secret)) ? row : undefined;
}

/** Whether the session has neither ended nor expired. */
export const isUsable = ({ row }: Pick<AuthenticatedSession, 'row'>, now: number): boolean =>
  row.state !== 'ended' && now < row.idleExpiresAt && now < row.absoluteExpiresAt;

/**
 * Ends the predecessor of a session on the session's first use. Before that, the holder may not have received the new
 * session.
 */
export async function replacePredecessor(
  { store, now }: Pick<Deps, 'store' | 'now'>,
  { id, sub, predecessor }: Session,
): Promise<void> {
  if (predecessor === undefined) return;
  const [reason, sessions] = ['replaced', [predecessor]];
  await store.activateSession(id, now(), {
    at: now(),
    audit: auditEach(sub, reason)({ sessions, devices: [] }),
    events: [{ type: 'revoked', sessions, reason }],
  });
}

/**
 * Records that the session is in use.
 *
 * @param from the address of the request
 * @returns the new idle expiry, or `undefined` if it was extended recently and stays the same
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
