import { LatchkeyError } from '@latchkey/page';

/**
 * How long to wait before a call that failed may succeed without anybody doing something.
 *
 * @param error others' errors may have a `code` of the same name
 * @param fallbackMs the wait if the extension names none
 * @returns milliseconds, or `undefined` if the same call would fail again
 */
export const retryAfter = (error: unknown, fallbackMs: number): number | undefined =>
  error instanceof LatchkeyError && /^(offline|busy|expired)$/.test(error.code)
    ? (error.retryAfterMs ?? fallbackMs)
    : undefined;
