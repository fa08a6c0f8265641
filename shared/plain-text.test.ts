import { expect, it } from 'vitest';
import { isPlainText } from './plain-text.ts';

it.each(['Acme', 'Acme & Söhne', 'アクメ', 'أكمي', "O'Neill (2)"])('%s is plain', (text) => {
  expect(isPlainText(text)).toBe(true);
});

it.each([
  ['nothing', ''],
  ['a line break', 'Acme\nYour session is safe'],
  ['a line separator', 'Acme\u2028x'],
  ['an embedding that reverses what follows', 'Acme\u202e'],
  ['an isolate', '\u2066Acme'],
  ['a character that cannot be seen', 'Ac\u200bme'],
])('%s is not', (_, text) => {
  expect(isPlainText(text)).toBe(false);
});
