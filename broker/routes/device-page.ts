import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { normalizeUserCode } from '../oauth/user-code.ts';
import { knownUpstream } from '../upstream/choose-upstream.ts';
import { askForProvider } from '../web/ask-for-provider.ts';
import { codePage } from '../web/device/show-code-page.ts';
import { pageForm } from '../web/page-form.ts';
import { csrfToken, readPageSession, writePageSession } from '../web/page-session.ts';
import { startSignIn } from '../web/page-sign-in.ts';
import { continuePage } from '../web/pages/continue-page.ts';

/** `GET /device` shows the form. The QR link's `user_code` prefills it and submits nothing (RFC 8628 §3.3.1, §5.4). */
export function devicePage(deps: Pick<Deps, 'ring' | 'store' | 'now'>) {
  return async (c: BrokerContext) => {
    const page = await readPageSession(deps, c);
    writePageSession(deps, c, page);
    const userCode = normalizeUserCode(c.req.query('user_code') ?? '');
    return codePage(c, { csrf: csrfToken(deps, page), userCode, account: page.person?.email ?? page.person?.name });
  };
}

/**
 * `POST /device` takes the code and sends the person to the provider. The code is compared only after the sign-in, so
 * every guess belongs to a person.
 */
export function deviceSubmit(deps: Deps) {
  return async (c: BrokerContext) => {
    const { page, form } = await pageForm(deps, c);
    const userCode = normalizeUserCode(form.user_code ?? '');
    if (userCode === undefined) {
      const entered = form.user_code?.slice(0, 24);
      return codePage(c, { csrf: csrfToken(deps, page), userCode: entered, fault: 'malformed' }, 400);
    }
    const prompt = page.chooseAccount ? 'login' : undefined;
    const upstream = knownUpstream(deps, { name: form.upstream, signedInWith: page.person?.upstream });
    if (!upstream) {
      const fields = new URLSearchParams({ csrf: csrfToken(deps, page), user_code: userCode });
      return askForProvider(deps, c, { method: 'post', path: '/device', fields });
    }
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
