import { OAuthError } from '../errors.ts';
import type { Session } from '../store/store.ts';

type End = Pick<Session, 'state' | 'endReason'>;

/**
 * Whether someone ended the session: the person, an administrator or the provider. A replaced session continues in its
 * successor.
 */
export const wasEnded = ({ state, endReason }: End): boolean => state === 'ended' && endReason !== 'replaced';

/**
 * The error for a call without a live session.
 *
 * @param row the session that the cookie and key belong to; if someone ended it, the client is told so and must not
 *   sign in again without a window
 * @param owner the person whose cookie came with another key, if that is why. It is recorded; the answer is the same
 */
export const noSession = (row: End | undefined, owner?: string): OAuthError =>
  row && wasEnded(row)
    ? new OAuthError('invalid_session', 'the session was ended; sign in again', { members: { ended: true } })
    : new OAuthError('invalid_session', 'no valid session for this cookie and key; sign in', {
        failed: owner === undefined ? undefined : { kind: 'session_key', sub: owner },
      });
