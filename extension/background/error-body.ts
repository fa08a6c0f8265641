import { LatchkeyError, type PageErrorBody } from '@latchkey/shared/errors.ts';
import { type Problem, ProblemError } from '../protocol/problem.ts';

/** Turns any error into a body for a page's port. Unexpected errors become `busy` and reveal nothing internal. */
export function errorBody(error: unknown): PageErrorBody {
  if (!(error instanceof LatchkeyError)) {
    // Log it to the extension's console. It wouldn't appear anywhere else.
    reportError(error);
    return { code: 'busy', message: 'something went wrong in the extension: try again', retry_after_ms: 1_000 };
  }
  const { code, message, interaction, delta, retryAfterMs } = error;
  return {
    code,
    message,
    ...(interaction ? { interaction } : {}),
    ...(delta ? { delta } : {}),
    ...(retryAfterMs === undefined ? {} : { retry_after_ms: retryAfterMs }),
  };
}

/** The same for the extension's own pages, which learn more. */
export const problemBody = (error: unknown): Problem =>
  error instanceof ProblemError ? { ...error.problem, message: error.message } : errorBody(error);
