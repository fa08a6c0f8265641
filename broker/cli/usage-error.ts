/** The command line is wrong. The message says what is missing or wrong, and how to fix it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
