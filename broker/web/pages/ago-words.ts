import { ago as inWords } from '@latchkey/shared/ago.ts';
import type { Language } from './languages.ts';

/**
 * Formats how long ago something happened.
 *
 * @param ms at least 0
 */
export const ago = ({ tag, words }: Language, ms: number): string => inWords(tag, ms, words.justNow);

/** Formats a duration: `90 days`, or `8 hours` if it is less than two days. */
export function duration({ tag }: Language, ms: number): string {
  const hours = ms / 3_600_000;
  const [value, unit] = hours < 48 ? [Math.ceil(hours), 'hour'] : [Math.ceil(hours / 24), 'day'];
  return new Intl.NumberFormat(tag, { style: 'unit', unit, unitDisplay: 'long' }).format(value);
}
