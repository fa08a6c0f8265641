import type { Language } from './language.ts';

/** How long ago, in words. @param ms at least 0 */
export function ago({ tag, words }: Language, ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return words.justNow;
  const format = new Intl.RelativeTimeFormat(tag);
  if (minutes < 120) return format.format(-minutes, 'minute');
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? format.format(-hours, 'hour') : format.format(-Math.floor(hours / 24), 'day');
}

/** A span of time, in words: `90 days`, or `8 hours` where it is less than two days. */
export function duration({ tag }: Language, ms: number): string {
  const hours = ms / 3_600_000;
  const [value, unit] = hours < 48 ? [Math.ceil(hours), 'hour'] : [Math.ceil(hours / 24), 'day'];
  return new Intl.NumberFormat(tag, { style: 'unit', unit, unitDisplay: 'long' }).format(value);
}
