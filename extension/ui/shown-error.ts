import { LatchkeyError } from '@latchkey/shared/errors.ts';
import { type Problem, ProblemError } from '../protocol/problem.ts';

/** Turns any error into one that the extension's pages can show. */
export function shownError(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  return error instanceof LatchkeyError
    ? { code: error.code, message: error.message }
    : { code: 'busy', message: 'something went wrong in the extension' };
}
