import { expect, it } from 'vitest';
import { ago } from './ago.ts';

const minute = 60_000;

it.each([
  [-5 * minute, 'just now'],
  [minute - 1, 'just now'],
  [minute, '1 minute ago'],
  [119 * minute, '119 minutes ago'],
  [120 * minute, '2 hours ago'],
  [47 * 60 * minute, '47 hours ago'],
  [48 * 60 * minute, '2 days ago'],
])('%i ms are “%s”', (ms, words) => {
  expect(ago('en', ms, 'just now')).toBe(words);
});

it.each([
  ['de', 'vor 5 Minuten'],
  ['ja', '5 分前'],
])('speaks %s', (tag, words) => {
  expect(ago(tag, 5 * minute, '')).toBe(words);
});
