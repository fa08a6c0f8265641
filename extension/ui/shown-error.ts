import { LatchkeyError, type PageErrorBody } from '@latchkey/shared/errors.ts';

/** An error as our pages show it. */
export const shownError = (error: unknown): PageErrorBody =>
  error instanceof LatchkeyError
    ? { code: error.code, message: error.message }
    : { code: 'busy', message: 'something went wrong in the extension' };
