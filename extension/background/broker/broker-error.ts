import { LatchkeyError, type PageErrorBody } from '@latchkey/shared/errors.ts';
import { parseScope } from '@latchkey/shared/scope.ts';
import type { errorAnswer } from '@latchkey/shared/session-api.ts';
import type * as v from 'valibot';

type ErrorAnswer = v.InferOutput<typeof errorAnswer>;

/** Requirements of a sign-in (RFC 9470 §3). */
export interface StepUp {
  acr_values?: string | undefined;
  max_age?: number | undefined;
}

/** What else is known of a refused request. */
interface Refused {
  status: number;
  /** Its ID in the broker's log, for support. */
  request: string;
  retryAfterMs: number | undefined;
}

/**
 * An error from the broker. It has the part that pages may see, and the broker's own code, which only the background
 * uses.
 */
export class BrokerError extends LatchkeyError {
  readonly error: string;
  /** With `insufficient_user_authentication`: requirements of the next sign-in. */
  readonly stepUp: StepUp;
  /** With `invalid_session`: somebody ended the session. It didn't expire. */
  readonly ended: boolean;

  constructor(answer: ErrorAnswer, refused: Refused) {
    super(pageError(answer, refused));
    this.error = answer.error;
    this.stepUp = { acr_values: answer.acr_values, max_age: answer.max_age };
    this.ended = answer.ended ?? false;
  }
}

/** Whether the broker sent this error code. */
export const isBrokerError = (error: unknown, code: string): boolean =>
  error instanceof BrokerError && error.error === code;

/** Translates an error of the broker for pages. The broker's descriptions are for developers and contain no secrets. */
function pageError(answer: ErrorAnswer, { status, request, retryAfterMs }: Refused): PageErrorBody {
  const message = `${answer.error_description ?? `the broker answered ${answer.error}`} (${status}, request ${request})`;
  switch (answer.error) {
    case 'invalid_session':
    case 'login_required':
    case 'interaction_required':
    case 'account_selection_required':
      return { code: 'not_signed_in', message, interaction: 'sign_in' };
    case 'consent_required':
      return { code: 'access_not_granted', message, interaction: 'consent', delta: parseScope(answer.scope) };
    case 'consent_refused':
      return { code: 'user_denied', message };
    case 'insufficient_user_authentication':
      return { code: 'step_up_required', message, interaction: 'step_up' };
    case 'access_denied':
    case 'invalid_scope':
    case 'invalid_target':
      return { code: 'policy_denied', message };
    case 'invalid_transaction':
      return { code: 'expired', message };
    case 'invalid_request':
      return { code: 'invalid_request', message };
    default:
      // Rate limits and problems at the broker or its provider are temporary. The rest isn't the page's fault, either.
      return { code: 'busy', message, retry_after_ms: retryAfterMs ?? 5_000 };
  }
}
