import { expect, it } from 'vitest';
import { findTexts } from './texts.ts';

const shape = (value: unknown): unknown =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shape(each)]))
    : typeof value;

it.each(['de', 'es', 'ar', 'ja'])('%s says everything that English says, in its own words', async (language) => {
  const english = await findTexts('en');
  const { lang, texts } = await findTexts(language);
  expect(lang).toBe(language);
  expect(shape(texts)).toEqual(shape(english.texts));
  const sentences = (of: unknown) => JSON.stringify(of).match(/"[^"]* [^"]*"/g) ?? [];
  const said = new Set(sentences(english.texts));
  expect(sentences(texts).filter((sentence) => said.has(sentence))).toEqual([]);
});

it.each([
  ['de-AT', 'de', 'ltr'],
  ['AR', 'ar', 'rtl'],
  ['fr', 'en', 'ltr'],
  ['__proto__', 'en', 'ltr'],
])('takes %s for %s', async (language, lang, dir) => {
  expect(await findTexts(language)).toMatchObject({ lang, dir });
});
