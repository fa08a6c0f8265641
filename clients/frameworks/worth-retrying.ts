import type { LatchkeyError } from '@latchkey/page';

/**
 * How long to wait before a call that failed may succeed without anybody doing something.
 *
 * @param fallbackMs the wait if the extension names none
 * @returns milliseconds, or `undefined` if the same call would fail again
 */
export function retryAfter(error: unknown, fallbackMs: number): number | undefined {
  // Other errors' `code` is none of these, or a number (DOMException).
  const { code, retryAfterMs } = (error ?? {}) as Partial<LatchkeyError>;
  return /^(offline|busy|expired)$/.test(code ?? '') ? (retryAfterMs ?? fallbackMs) : undefined;
}
