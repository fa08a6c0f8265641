/** Something that a step counts on is not so. The message says what was expected, and what is. */
export function check(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(message);
}
