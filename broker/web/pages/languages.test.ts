import { describe, expect, it } from 'vitest';
import { acceptedLanguages, chooseLanguage, languages } from './languages.ts';

describe('the language of the pages', () => {
  it.each([
    ['de-AT,de;q=0.9,en;q=0.8', 'de'],
    ['fr, ar;q=0.3, es;q=0.7', 'es'],
    ['en;q=0.1, JA', 'ja'],
    ['de;q=0, en', 'en'],
    ['fr', undefined],
    ['*', undefined],
    [';;,q=1,', undefined],
  ])('of %j is %s', (header, tag) => {
    expect(chooseLanguage(acceptedLanguages(header))?.tag).toBe(tag);
  });
});

/**
 * Returns every text of a language by its path, such as `confirm.allow`. Texts with parameters are called with the
 * parameter names.
 */
function texts(words: object, path = ''): Map<string, string> {
  return new Map(
    Object.entries(words).flatMap(([key, value]): [string, string][] => {
      const place = `${path}${key}`;
      if (typeof value === 'function') return [[place, String(value('FIRST', 'SECOND'))]];
      return typeof value === 'string' ? [[place, value]] : [...texts(value, `${place}.`)];
    }),
  );
}

/** Texts that are identical in two languages. */
const alike = new Set(['code.label', 'account.name', 'account.browsers']);

describe.each(languages.slice(1))('$tag', ({ words }) => {
  const [english, others] = [texts(languages[0]?.words ?? {}), texts(words)];

  it('has every text of the pages and no other, none empty, none left in English', () => {
    expect([...others.keys()].toSorted()).toEqual([...english.keys()].toSorted());
    const faults = [...others].filter(([key, text]) => text === '' || (text === english.get(key) && !alike.has(key)));
    expect(faults).toEqual([]);
  });

  it('says whatever a text is given', () => {
    const given = (text: string | undefined) => text?.match(/FIRST|SECOND/g)?.toSorted() ?? [];
    for (const [key, text] of others) expect([key, given(text)]).toEqual([key, given(english.get(key))]);
  });
});
