/** 9999-12-31T23:59:59Z. A larger number is not a date in seconds; some providers send milliseconds. */
const lastSecond = 253_402_300_799;
const longestId = 512;

/**
 * Reads a NumericDate of a provider, which may have a fraction (RFC 7519 §2).
 *
 * @returns whole seconds, rounded down, so that dates of one second compare as equal even if the provider writes some
 *   of them with a fraction; `undefined` if the value is not a date between 1970 and 9999
 */
export function numericDate(value: unknown): number | undefined {
  if (typeof value !== 'number' || !(value >= 0 && value <= lastSecond)) return undefined;
  return Math.floor(value);
}

/**
 * Whether the value can identify something at a provider (`sub`, `sid`, `jti`). Sign-ins and logouts use the same rule,
 * so what can sign in can also be signed out. U+0000 and lone surrogates can't be stored unchanged, so two people could
 * become one.
 */
export const isProviderId = (value: unknown): value is string =>
  typeof value === 'string' &&
  value !== '' &&
  value.length <= longestId &&
  value.isWellFormed() &&
  !value.includes('\0');

/** Returns text of a provider in a form that every JSON parser, database and header of ours takes. */
export const providerText = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value.toWellFormed().replaceAll('\0', '\uFFFD') : undefined;

/** They turn the direction of the text around them. */
const directionMarks = /\p{Bidi_Control}+/gu;
/** Line breaks, and what else controls a terminal or a layout. */
const controls = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;

/** Returns a person's name so that it can stand beside our own words, on one line. `undefined` if nothing is left of it. */
export const personName = (text: string): string | undefined =>
  text.replaceAll(directionMarks, '').replaceAll(controls, ' ').trim() || undefined;

/** Whether a user name or address reads as what it is. One that was changed to do so could be another person's. */
export const isReadable = (text: string): boolean => text.search(directionMarks) < 0 && text.search(controls) < 0;
