import { ar } from './locales/ar.ts';
import { de } from './locales/de.ts';
import { en, type Words } from './locales/en.ts';
import { es } from './locales/es.ts';
import { ja } from './locales/ja.ts';

/** A language that the pages speak. */
export interface Language {
  /** BCP 47, of the language alone. */
  tag: string;
  direction: 'ltr' | 'rtl';
  words: Words;
}

export const english: Language = { tag: 'en', direction: 'ltr', words: en };

/** English first: it is what others get. */
export const languages: readonly Language[] = [
  english,
  { tag: 'de', direction: 'ltr', words: de },
  { tag: 'es', direction: 'ltr', words: es },
  { tag: 'ja', direction: 'ltr', words: ja },
  { tag: 'ar', direction: 'rtl', words: ar },
];

/** The first of the wishes that we speak. @param wishes language tags, dearest first; `de-AT` is content with `de` */
export function chooseLanguage(wishes: readonly string[]): Language | undefined {
  for (const wish of wishes) {
    const [primary] = wish.toLowerCase().split('-');
    const found = languages.find(({ tag }) => tag === primary);
    if (found) return found;
  }
  return undefined;
}

/** The tags of an `Accept-Language`, dearest first (RFC 9110 §12.5.4). */
export function acceptedLanguages(header: string): string[] {
  return header
    .split(',')
    .slice(0, 32)
    .map((part) => {
      const [tag = '', ...parameters] = part.split(';').map((text) => text.trim());
      const quality = parameters.find((text) => text.startsWith('q='))?.slice(2) ?? '1';
      return { tag, quality: Number(quality) };
    })
    .filter(({ tag, quality }) => tag !== '' && quality > 0)
    .toSorted((a, b) => b.quality - a.quality)
    .map(({ tag }) => tag);
}
