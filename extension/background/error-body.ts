import { LatchkeyError, type PageErrorBody } from '@latchkey/shared/errors.ts';

/** Turns any error into what may cross a port: ours as they are, a fault of ours as `busy` with nothing internal in it. */
export function errorBody(error: unknown): PageErrorBody {
  if (!(error instanceof LatchkeyError)) {
    // To the extension's console; without this nobody would ever see it.
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
