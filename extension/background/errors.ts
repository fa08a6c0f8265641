import { LatchkeyError } from '@latchkey/shared/errors.ts';

/** What was waited for is over, or came too late. */
export const expired = (message: string): LatchkeyError => new LatchkeyError({ code: 'expired', message });

/** The configuration, or the policy of this computer, doesn't allow it. */
export const policyDenied = (message: string): LatchkeyError => new LatchkeyError({ code: 'policy_denied', message });

/** The call can't be right. */
export const invalidRequest = (message: string): LatchkeyError =>
  new LatchkeyError({ code: 'invalid_request', message });

/** For the moment. @param retryAfterMs when to try again, in milliseconds from now */
export const busy = (message: string, retryAfterMs: number): LatchkeyError =>
  new LatchkeyError({ code: 'busy', message, retry_after_ms: retryAfterMs });
