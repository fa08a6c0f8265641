import { LatchkeyError, type PageErrorBody, pageErrorCodes } from '@latchkey/shared/errors.ts';
import * as v from 'valibot';

/** An error as the extension's own pages show it. Web pages get the part in {@link PageErrorBody}. */
export interface Problem extends PageErrorBody {
  /**
   * Why, if the code doesn't say it:
   * - `broke_off`: the sign-in window could not load its page, twice.
   * - `cookies_blocked`: the browser doesn't keep the cookie of the broker at `host`.
   * - `provider`: the provider answered the sign-in with `providerError`.
   */
  reason?: 'broke_off' | 'cookies_blocked' | 'provider' | undefined;
  host?: string | undefined;
  /** The provider's code (RFC 6749 §4.1.2.1). */
  providerError?: string | undefined;
}

/** What the background stores for the popup: only what the popup shows. */
export const storedProblem: v.GenericSchema<unknown, Problem> = v.object({
  code: v.picklist(pageErrorCodes),
  message: v.string(),
  retry_after_ms: v.optional(v.number()),
  reason: v.optional(v.picklist(['broke_off', 'cookies_blocked', 'provider'])),
  host: v.optional(v.string()),
  providerError: v.optional(v.string()),
});

/** An error of which the extension's own pages learn more than web pages do. */
export class ProblemError extends LatchkeyError {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem);
    this.problem = problem;
  }
}
