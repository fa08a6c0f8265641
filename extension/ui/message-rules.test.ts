import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const languages = ['en', 'de', 'es', 'ja', 'ar'] as const;
type Texts = Record<string, { message: string }>;
const read = async (language: string): Promise<Texts> =>
  JSON.parse(await readFile(join(root, 'extension/_locales', language, 'messages.json'), 'utf8'));

/** The rows of the glossary's second table: language, and a word that isn't used. */
const unused = [
  ...(await readFile(join(root, 'docs/glossary.md'), 'utf8')).matchAll(/^\| (en|de|es|ja|ar) \| ([^|]+) \|/gm),
].map(([, language = '', word = '']) => ({ language, word: word.trim() }));

/** A button's text, and its accessible name. */
const buttons = [
  ['disconnect', 'disconnect_site'],
  ['let_ask', 'let_site_ask'],
  ['open', 'open_site'],
  ['connect', 'connect_site'],
  ['undo', 'undo_site'],
  ['use', 'use_account'],
  ['reauth', 'sign_in_again_as'],
  ['sign_out', 'sign_out_account'],
  ['take_back', 'remove_account'],
  ['take_back', 'take_back_from'],
] as const;

/** Texts in places that don't grow, and how many characters fit. Japanese characters are twice as wide. */
const places: [names: RegExp, longest: number][] = [
  [/^state_/, 20],
  [/^(?:allow|not_now|never)$/, 24],
  [/^(?:sign_in|sign_out|reauth|disconnect|let_ask|connect|open|use|undo|cancel|show_window|take_back)$/, 26],
  [/^verdict_/, 16],
  [/^icon_/, 64],
];
const width = (text: string): number =>
  [...text].reduce((sum, character) => sum + (/[\u3000-\u9fff]/.test(character) ? 2 : 1), 0);

describe.each(languages)('the texts in %s', async (language) => {
  const texts = await read(language);

  it('use the words of the glossary', () => {
    const words = unused.filter((row) => row.language === language).map(({ word }) => word);
    expect(words.length).toBeGreaterThan(0);
    // Japanese has no spaces between words.
    const edge = (look: string): string => (language === 'ja' ? '' : `(?${look}\\p{L})`);
    const uses = (message: string, word: string): boolean =>
      new RegExp(`${edge('<!')}${word}${edge('!')}`, 'iu').test(message);
    const found = Object.entries(texts).flatMap(([name, { message }]) =>
      words.filter((word) => uses(message, word)).map((word) => `${name}: ${word}`),
    );
    expect(found).toEqual([]);
  });

  it('name each button as it reads, so that it can be pressed by voice', () => {
    for (const [seen, spoken] of buttons) {
      const [text = '', name = ''] = [texts[seen]?.message, texts[spoken]?.message];
      expect(name.toLowerCase(), spoken).toContain(text.toLowerCase());
    }
  });

  it('fit where they stand', () => {
    const long = Object.entries(texts).flatMap(([name, { message }]) =>
      places
        .filter(([names, longest]) => names.test(name) && width(message) > longest)
        .map(() => `${name}: ${message}`),
    );
    expect(long).toEqual([]);
  });

  it('have no word after a number, which would need a plural form: `Intl` writes number and unit together', () => {
    const counted = Object.entries(texts).filter(([, { message }]) =>
      /\$(?:NUMBER|ALL|MINUTES|MS|COUNT)\$ ?\p{L}/u.test(message.replaceAll(/ \p{L}+ (?=\$ALL\$)/gu, ' ')),
    );
    expect(counted).toEqual([]);
  });

  it('are whole: none begins or ends in the middle of a sentence', () => {
    const parts = Object.entries(texts).filter(
      ([, { message }]) => message !== message.trim() || /[,;(]$/.test(message),
    );
    expect(parts).toEqual([]);
  });
});

it('no page puts a sentence together from pieces', async () => {
  const files = (await readdir(import.meta.dirname, { recursive: true })).filter((file) => file.endsWith('.tsx'));
  for (const file of files) {
    const code = await readFile(join(import.meta.dirname, file), 'utf8');
    // A text next to a word of the code, or inside a template with one.
    expect(code.match(/[\p{L}]+ \{message\(|\$\{message\([^}]*\)\}[ ,]+\p{Ll}/gu), file).toBeNull();
  }
});
