/**
 * Makes parameters of a statement the same in every database. Without this, PostgreSQL refuses values that SQLite takes:
 * fractions and large numbers in integer columns, and U+0000 in text.
 *
 * - U+0000 and lone surrogates become U+FFFD, in what is stored and in what is searched for.
 * - Numbers are rounded down to integers and limited to what JavaScript represents exactly.
 *
 * @throws {TypeError} for NaN, which is always a bug of ours: no JSON and no JWT can hold it
 */
export const portable = (parameters: readonly unknown[]): unknown[] => parameters.map(portableValue);

function portableValue(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed().replaceAll('\0', '\uFFFD');
  if (typeof value === 'number') return portableNumber(value);
  return value;
}

function portableNumber(value: number): number {
  if (Number.isNaN(value)) throw new TypeError('a parameter of a statement is not a number');
  return Math.min(Math.max(Math.floor(value), Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
}
