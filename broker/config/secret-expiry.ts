import * as v from 'valibot';

const form =
  'must be a date such as 2027-05-31, a time such as 2027-05-31T12:00:00Z, or the number that the provider gave';
/** A date alone, or with a time and its zone: without one, it would depend on the machine. */
const dateForm = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

/**
 * When a client secret expires, in milliseconds; `undefined` if it never does. As the provider's answer to a registration
 * has it (seconds since the epoch, 0 for never), or as a person writes it (a date begins at 0:00 UTC).
 *
 * @see RFC 7591 §3.2.1, `client_secret_expires_at`
 */
export const secretExpiry = v.pipe(
  v.union([v.number(), v.string()], form),
  v.check((value) => (typeof value === 'number' ? isSeconds(value) : isDate(value)), form),
  v.transform((value) => {
    if (typeof value === 'string') return Date.parse(value);
    return value === 0 ? undefined : value * 1_000;
  }),
);

/** Milliseconds would be a date in ten thousands of years. */
const isSeconds = (value: number): boolean => Number.isInteger(value) && value >= 0 && value < 100_000_000_000;

/** `Date.parse` takes 2027-02-30 for 2 March. */
const isDate = (text: string): boolean =>
  dateForm.test(text) &&
  !Number.isNaN(Date.parse(text)) &&
  new Date(`${text.slice(0, 10)}T00:00Z`).toISOString().startsWith(text.slice(0, 10));
