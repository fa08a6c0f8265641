import { browser } from './browser.ts';

/** The text of `_locales/<language>/messages.json` under this name, its placeholders filled in. */
export const message = (name: string, ...substitutions: string[]): string =>
  browser.i18n.getMessage(name, substitutions) || name;

/** Which way the texts run, for `<html dir>`. */
export const direction = (): string => browser.i18n.getMessage('@@bidi_dir') || 'ltr';

/** The language that the texts are in, for `<html lang>`. */
export const language = (): string => browser.i18n.getMessage('@@ui_locale').replace('_', '-') || 'en';
