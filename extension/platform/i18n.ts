import { browser } from './browser.ts';

/** The text with this name from `_locales/<language>/messages.json`, with its placeholders filled in. */
export const message = (name: string, ...substitutions: string[]): string =>
  browser.i18n.getMessage(name, substitutions) || name;

/** Direction of the texts, for `<html dir>`. */
export const direction = (): string => browser.i18n.getMessage('@@bidi_dir') || 'ltr';

/** Language of the texts, for `<html lang>`. */
export const language = (): string => browser.i18n.getMessage('@@ui_locale').replace('_', '-') || 'en';
