import { LatchkeyError, type PageErrorBody } from '@latchkey/shared/errors.ts';

/** Turns any error into one that the extension's pages can show. */
export const shownError = (error: unknown): PageErrorBody =>
  error instanceof LatchkeyError
    ? { code: error.code, message: error.message }
    : { code: 'busy', message: 'something went wrong in the extension' };
