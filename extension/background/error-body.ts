import { LatchkeyError, type PageErrorBody } from '@latchkey/shared/errors.ts';

/** Turns any error into a body for a port. Unexpected errors become `busy` and reveal nothing internal. */
export function errorBody(error: unknown): PageErrorBody {
  if (!(error instanceof LatchkeyError)) {
    // Otherwise the error would appear nowhere. This shows it in the extension's console.
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
