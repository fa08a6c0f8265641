import { OAuthError } from '../errors.ts';
import type { Session } from '../store/store.ts';

type End = Pick<Session, 'state' | 'endReason'>;

/** Whether somebody has ended it: the person, an administrator, the provider. One that was replaced goes on in another. */
export const wasEnded = ({ state, endReason }: End): boolean => state === 'ended' && endReason !== 'replaced';

/**
 * No session stands behind a call.
 *
 * @param row whoever has its cookie and key learns that somebody has ended it: then it doesn't come back without a window
 */
export const noSession = (row: End | undefined): OAuthError =>
  row && wasEnded(row)
    ? new OAuthError('invalid_session', 'the session was ended; sign in again', { members: { ended: true } })
    : new OAuthError('invalid_session', 'no valid session for this cookie and key; sign in');
