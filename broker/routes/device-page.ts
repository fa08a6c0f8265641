import type { Deps } from '../deps.ts';
import { codePage } from '../device/code-page.ts';
import { normaliseUserCode } from '../device/user-code.ts';
import type { BrokerContext } from '../env.ts';
import { formBody } from '../middleware/body.ts';
import { continuePage } from '../pages/continue.ts';
import { csrfToken, readPageSession, requireCsrf, writePageSession } from '../people/page-session.ts';
import { startSignIn } from '../people/sign-in.ts';
import { chooseUpstream } from '../upstream/choose.ts';

/** `GET /device`: the form. The QR link's `user_code` fills it in and submits nothing (RFC 8628 §3.3.1, §5.4). */
export function devicePage(deps: Deps) {
  return async (c: BrokerContext) => {
    const page = await readPageSession(deps, c);
    writePageSession(deps, c, page);
    const userCode = normaliseUserCode(c.req.query('user_code') ?? '');
    return codePage(c, { csrf: csrfToken(deps, page), userCode, account: page.person?.email ?? page.person?.name });
  };
}

/**
 * `POST /device`: takes the code and sends the person to the provider. Nothing is compared before somebody
 * has signed in, so that guesses are always somebody's.
 */
export function deviceSubmit(deps: Deps) {
  return async (c: BrokerContext) => {
    const page = await readPageSession(deps, c);
    const form = await formBody(c);
    requireCsrf(deps, page, form.csrf);
    const userCode = normaliseUserCode(form.user_code ?? '');
    if (userCode === undefined) {
      const entered = form.user_code?.slice(0, 24);
      return codePage(c, { csrf: csrfToken(deps, page), userCode: entered, fault: 'malformed' }, 400);
    }
    const prompt = page.chooseAccount ? 'login' : undefined;
    const upstream = chooseUpstream(deps, page.person?.upstream);
    const url = await startSignIn(
      deps,
      page,
      upstream,
      { type: 'code', userCode, forced: prompt !== undefined },
      { offline: false, prompt },
    );
    return c.html(continuePage(c.get('language'), url));
  };
}
