import { LatchkeyError, type PageErrorBody, pageErrorCodes } from '@latchkey/shared/errors.ts';
import * as v from 'valibot';
import type { Schema } from '../platform/stored-value.ts';

/** An error that the background stores for the popup. It has only the fields that the popup shows. */
export const pageErrorBody: Schema<PageErrorBody> = v.object({
  code: v.picklist(pageErrorCodes),
  message: v.string(),
  retry_after_ms: v.optional(v.number()),
});

/** Turns any error into a body for a port. Unexpected errors become `busy` and reveal nothing internal. */
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
