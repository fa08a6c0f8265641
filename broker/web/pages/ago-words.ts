import { ago as inWords } from '@latchkey/shared/ago.ts';
import { html } from 'hono/html';
import type { Html } from './html.ts';
import type { Language } from './languages.ts';

/**
 * Formats how long ago something happened.
 *
 * @param ms at least 0
 */
export const ago = ({ tag, words }: Language, ms: number): string => inWords(tag, ms, words.justNow);

/**
 * How long ago something happened, as an element that tells the exact time when people point at it.
 *
 * @param at epoch milliseconds
 */
export function timeAgo(language: Language, at: number, now: number): Html {
  const moment = new Date(at);
  const exact = new Intl.DateTimeFormat(language.tag, { dateStyle: 'long', timeStyle: 'long', timeZone: 'UTC' });
  return html`<time datetime="${moment.toISOString()}" title="${exact.format(moment)}">${ago(language, Math.max(0, now - at))}</time>`;
}

/** A day, in words. @param at epoch milliseconds */
export function day({ tag }: Language, at: number): Html {
  const moment = new Date(at);
  const words = new Intl.DateTimeFormat(tag, { dateStyle: 'long', timeZone: 'UTC' }).format(moment);
  return html`<time datetime="${moment.toISOString()}">${words}</time>`;
}

/** Formats a duration: `90 days`, or `8 hours` if it is less than two days. */
export function duration({ tag }: Language, ms: number): string {
  const hours = ms / 3_600_000;
  const [value, unit] = hours < 48 ? [Math.ceil(hours), 'hour'] : [Math.ceil(hours / 24), 'day'];
  return new Intl.NumberFormat(tag, { style: 'unit', unit, unitDisplay: 'long' }).format(value);
}
