/** A day: whoever asks for longer has made a mistake, or means never. */
const longestSeconds = 86_400;

/** The one form of HTTP-date that servers send (RFC 9110 §5.6.7). */
const fixedDate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * Reads `Retry-After`: a number of seconds, or a date. A date is compared with the response's own `Date`, because the clock
 * of a device may be wrong.
 *
 * @returns seconds from 0 to 86,400, rounded up; `undefined` if the header is absent or is neither
 * @see RFC 9110 §10.2.3
 * @example
 * retryAfterOf(new Headers({ 'Retry-After': '120' })); // 120
 */
export function retryAfterOf(headers: Headers): number | undefined {
  const text = headers.get('Retry-After') ?? '';
  const seconds = /^\d+$/.test(text) ? Number(text) : (dateOf(text) - dateOf(headers.get('Date') ?? '')) / 1_000;
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(seconds, 0), longestSeconds);
}

const dateOf = (text: string): number => (fixedDate.test(text) ? Date.parse(text) : Number.NaN);
