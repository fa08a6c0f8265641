import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { OAuthError } from '../errors.ts';
import { budgets } from '../limits/budgets.ts';
import { formParameters } from '../middleware/body.ts';
import { comesByLink } from '../middleware/other-site.ts';
import { nativeRequest, trustedRedirect } from '../oauth/authorization-request.ts';
import { errorUrl } from '../oauth/authorization-response.ts';
import { knownUpstream } from '../upstream/choose-upstream.ts';
import { askForProvider } from '../web/ask-for-provider.ts';
import { readPageSession, writePageSession } from '../web/page-session.ts';
import { startSignIn } from '../web/page-sign-in.ts';
import { otherSitePage } from '../web/pages/other-site-page.ts';

/**
 * `GET /authorize`, for a configured native client on a machine with a browser (RFC 8252). The provider identifies the
 * person first, then the person is asked. Nothing is ever granted silently.
 */
export function authorize(deps: Deps) {
  return async (c: BrokerContext) => {
    const query = new URL(c.req.url).searchParams;
    const { client, redirect } = trustedRedirect(deps, query);
    if (comesByLink(c, deps.config)) return c.html(otherSitePage(c.get('language'), `/authorize?${query}`));
    try {
      const { request, wish, upstream: name } = nativeRequest(deps, client, redirect, query);
      await deps.count(budgets.authorize, `${client.clientId} ${c.get('network')}`);
      const page = await readPageSession(deps, c);
      writePageSession(deps, c, page);
      const hints = { name, loginHint: wish.loginHint, signedInWith: page.person?.upstream };
      const upstream = knownUpstream(deps, hints);
      if (!upstream) return askForProvider(deps, c, { method: 'get', path: '/authorize', fields: query });
      const url = await startSignIn(
        deps,
        page,
        upstream,
        { type: 'authorize', request },
        { offline: false, ...wish, prompt: page.chooseAccount ? 'login' : wish.prompt },
      );
      return c.redirect(url);
    } catch (error) {
      // The person reads this on a page, and can try again there.
      const isForClient = error instanceof OAuthError && error.code !== 'too_many_requests';
      if (isForClient) return c.redirect(errorUrl(deps.config, redirect, error));
      throw error;
    }
  };
}

/**
 * `POST /authorize` (OpenID Connect Core §3.1.2.1) leads to the same request as a `GET`. A browser sends the cookie of
 * the broker's pages with the `GET`, but not with a form of another site.
 */
export async function authorizeByForm(c: BrokerContext) {
  return c.redirect(`/authorize?${await formParameters(c)}`, 303);
}
