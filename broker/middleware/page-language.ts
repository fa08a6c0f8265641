import { getCookie, setCookie } from 'hono/cookie';
import type { Config } from '../config/types.ts';
import type { BrokerContext } from '../env.ts';
import { acceptedLanguages, chooseLanguage, english } from '../web/pages/languages.ts';
import { pagePaths } from './page-paths.ts';

const cookie = '__Host-lk-language';

/**
 * Chooses the language of the page: `ui_locales` (OpenID Connect Core §3.1.2.1), which persists until the browser is
 * closed because the flow leads through the provider; else the browser's most preferred supported language; else
 * English. Pages also show the organization's name and help.
 */
export function language(config: Pick<Config, 'branding'>) {
  return (c: BrokerContext, next: () => Promise<void>): Promise<void> => {
    if (!isForPeople(c)) return next();
    const wished = chooseLanguage((c.req.query('ui_locales') ?? '').split(' '));
    const chosen =
      wished ??
      chooseLanguage([getCookie(c, cookie) ?? '', ...acceptedLanguages(c.req.header('Accept-Language') ?? '')]) ??
      english;
    c.set('language', { ...chosen, branding: config.branding });
    // No cookie on what caches may keep, and none on what other servers ask for.
    if (wished && pagePaths.has(c.req.path))
      setCookie(c, cookie, wished.tag, { httpOnly: true, secure: true, sameSite: 'Lax', path: '/' });
    return next();
  };
}

/** Whether the answer can be a page. All others are for programs. */
const isForPeople = ({ req }: BrokerContext): boolean =>
  req.method === 'GET' || req.method === 'HEAD' || pagePaths.has(req.path);
