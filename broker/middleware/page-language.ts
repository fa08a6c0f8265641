import { getCookie, setCookie } from 'hono/cookie';
import type { BrokerContext } from '../env.ts';
import { acceptedLanguages, chooseLanguage, english } from '../web/pages/languages.ts';

const cookie = '__Host-lk-language';

/**
 * The language of the page: that of `ui_locales` (OpenID Connect Core §3.1.2.1), which then lasts until the browser is
 * closed, since the way leads through the provider; else the dearest of the browser's own; else English.
 */
export async function language(c: BrokerContext, next: () => Promise<void>): Promise<void> {
  const wished = chooseLanguage((c.req.query('ui_locales') ?? '').split(' '));
  const chosen =
    wished ??
    chooseLanguage([getCookie(c, cookie) ?? '', ...acceptedLanguages(c.req.header('Accept-Language') ?? '')]) ??
    english;
  c.set('language', chosen);
  if (wished) setCookie(c, cookie, wished.tag, { httpOnly: true, secure: true, sameSite: 'Lax', path: '/' });
  await next();
}
