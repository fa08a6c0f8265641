import { inLanguages } from '../config/in-languages.ts';
import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { OAuthError } from '../errors.ts';
import { budgets } from '../limits/budgets.ts';
import { comesByLink } from '../middleware/other-site.ts';
import { sessionsHere } from '../middleware/session-cookie.ts';
import { activityOf } from '../session/activity.ts';
import { chooseUpstream, knownUpstream } from '../upstream/choose-upstream.ts';
import type { Upstream } from '../upstream/types.ts';
import { changes } from '../web/account/account-changes.ts';
import { accountView } from '../web/account/account-view.ts';
import { askForProvider } from '../web/ask-for-provider.ts';
import { pageForm } from '../web/page-form.ts';
import { csrfToken, type PageSession, readPageSession, writePageSession } from '../web/page-session.ts';
import { startSignIn } from '../web/page-sign-in.ts';
import { accountPage } from '../web/pages/account-page.ts';
import { continuePage } from '../web/pages/continue-page.ts';
import { otherSitePage } from '../web/pages/other-site-page.ts';

/**
 * `GET /account` shows where the person is signed in. A person who is not signed in to the broker's pages goes to the
 * provider first. `upstream` names it, if there are several.
 */
export function account(deps: Deps) {
  return async (c: BrokerContext) => {
    const page = await readPageSession(deps, c);
    if (!page.person) {
      if (comesByLink(c, deps.config)) return c.html(otherSitePage(c.get('language'), '/account'));
      const upstream = knownUpstream(deps, { name: c.req.query('upstream') });
      if (!upstream) {
        return askForProvider(deps, c, { method: 'get', path: '/account', fields: new URLSearchParams() });
      }
      return c.redirect(await signInFirst(deps, c, page, upstream));
    }
    const { email, name } = page.person;
    const before = c.req.query('before') ?? '';
    const said = { ...deps, config: inLanguages(deps.config, [c.get('language').tag]) };
    const [view, activity] = await Promise.all([
      accountView(said, page.person),
      activityOf(said, page.person.sub, { before: /^\d{1,15}$/.test(before) ? Number(before) : undefined }),
    ]);
    c.set('hasScript', true);
    return c.html(
      accountPage(c.get('language'), {
        ...view,
        activity,
        csrf: csrfToken(deps, page),
        here: sessionsHere(c),
        account: email ?? name,
        now: deps.now(),
      }),
    );
  };
}

async function signInFirst(deps: Deps, c: BrokerContext, page: PageSession, upstream: Upstream): Promise<string> {
  await deps.count(budgets.account, c.get('network'));
  writePageSession(deps, c, page);
  const prompt = page.chooseAccount ? 'login' : undefined;
  return startSignIn(deps, page, upstream, { type: 'account' }, { offline: false, prompt });
}

/**
 * `POST /account` makes one change, by the form's `action`. Signing out everywhere requires a fresh sign-in (ASVS
 * 7.5.3), so that someone who finds a browser open cannot lock its owner out.
 */
export function accountChange(deps: Deps) {
  return async (c: BrokerContext) => {
    const { page, form } = await pageForm(deps, c);
    const { person } = page;
    if (!person) throw new OAuthError('invalid_request', 'your sign-in on this page has expired; reload the page');
    if (form.action === 'end_all') {
      const purpose = { type: 'sign_out_everywhere', sub: person.sub } as const;
      const options = { offline: false, prompt: 'login', loginHint: person.loginHint } as const;
      return c.html(
        continuePage(
          c.get('language'),
          await startSignIn(deps, page, chooseUpstream(deps, person.upstream), purpose, options),
        ),
      );
    }
    const change = changes.get(form.action ?? '');
    if (!change) throw new OAuthError('invalid_request', 'unknown action');
    await change(deps, person, form);
    return c.redirect('/account', 303);
  };
}
