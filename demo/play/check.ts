/** A step's condition does not hold. The message says what was expected and what was found. */
export function check(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(message);
}
