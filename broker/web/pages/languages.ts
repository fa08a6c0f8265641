import type { Branding } from '../../config/branding.ts';
import { ar } from './locales/ar.ts';
import { de } from './locales/de.ts';
import { en, type Words } from './locales/en.ts';
import { es } from './locales/es.ts';
import { ja } from './locales/ja.ts';

/** How the pages speak to a person: in which language, and for which organization. */
export interface Language {
  /** BCP 47 primary language subtag. */
  tag: string;
  direction: 'ltr' | 'rtl';
  words: Words;
  /** The organization's name, logo and help. Without it, the pages show Latchkey's. */
  branding?: Branding;
}

export const english: Language = { tag: 'en', direction: 'ltr', words: en };

/** English comes first, because it is the fallback. */
export const languages: readonly Language[] = [
  english,
  { tag: 'de', direction: 'ltr', words: de },
  { tag: 'es', direction: 'ltr', words: es },
  { tag: 'ja', direction: 'ltr', words: ja },
  { tag: 'ar', direction: 'rtl', words: ar },
];

/**
 * Chooses the first supported language.
 *
 * @param wishes language tags in order of preference; `de-AT` matches `de`
 */
export function chooseLanguage(wishes: readonly string[]): Language | undefined {
  for (const wish of wishes) {
    const [primary] = wish.toLowerCase().split('-');
    const found = languages.find(({ tag }) => tag === primary);
    if (found) return found;
  }
  return undefined;
}

/** Returns the tags of an `Accept-Language` header in order of preference (RFC 9110 §12.5.4). */
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
