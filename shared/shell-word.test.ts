import { expect, it } from 'vitest';
import { shellWord } from './shell-word.ts';

it.each([
  ['/etc/latchkey/keys-1.json', '/etc/latchkey/keys-1.json'],
  ['git.example.com:8443', 'git.example.com:8443'],
  ["/srv/Ada's keys", "'/srv/Ada'\\''s keys'"],
  ['', "''"],
])('%j is written as %j', (text, word) => {
  expect(shellWord(text)).toBe(word);
});
