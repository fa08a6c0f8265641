import type { LatchkeyError } from '@latchkey/page';
import { load } from './load.ts';
import type { Texts } from './texts/en.ts';

/** The languages of the prompts. */
export type Language = 'en' | 'de' | 'es' | 'ar' | 'ja';

/** Each is loaded when a prompt is shown in it. */
const languages = {
  en: () => import('./texts/en.ts'),
  de: () => import('./texts/de.ts'),
  es: () => import('./texts/es.ts'),
  ar: () => import('./texts/ar.ts'),
  ja: () => import('./texts/ja.ts'),
} satisfies Record<Language, unknown>;

export interface Found {
  lang: Language;
  dir: 'ltr' | 'rtl';
  texts: Texts;
}

/** @param language default: the document's, else the browser's; English if there are no texts in it */
export async function findTexts(
  language: string = document.documentElement.lang || navigator.language,
): Promise<Found> {
  const wanted = language.slice(0, 2).toLowerCase();
  const lang = Object.hasOwn(languages, wanted) ? (wanted as Language) : 'en';
  const { texts } = await load<{ texts: Texts }>(languages[lang]);
  return { lang, dir: lang === 'ar' ? 'rtl' : 'ltr', texts };
}

/** Why something failed, in words for people. */
export const reasonIn = ({ errors }: Texts, { code }: LatchkeyError): string =>
  errors[code as keyof Texts['errors']] ?? errors.other;
