import { LatchkeyError, type PageErrorBody } from '#shared/errors.ts';
import { isSecureUrl } from '#shared/origin.ts';
import type { SessionAnswer, SitePolicy } from '#shared/session-api.ts';
import type { Slot } from '../../platform/slot.ts';
import type { ConsentView, PopupState, SiteView } from '../../protocol/ui.ts';
import { errorBody } from '../error-body.ts';
import type { Timer } from '../jobs.ts';
import { consentedScopes, isConnected, siteOf } from '../policy.ts';
import type { Profiles } from '../profiles/profiles.ts';
import type { Prompts } from '../prompts.ts';
import type { Session } from '../session.ts';
import type { Setup } from '../setup.ts';
import type { UiHandlers } from '../ui-port.ts';

export interface UiHandlersDeps {
  setup: Setup;
  profiles: Profiles;
  prompts: Prompts;
  /** What went wrong last: the popup closes when the sign-in window opens, and shows it when it is opened again. */
  problem: Slot<PageErrorBody>;
  openTab(url: string): Promise<void>;
  /** A timer, for how long the popup waits for the broker. */
  after(ms: number): Timer;
}

/** How old what the popup shows may be. */
const popupMaxAgeMs = 2_000;

/** A popup that shows nothing for longer than this looks broken: it then shows what was known last. */
const popupPatienceMs = 1_500;

/** What the popup and the consent window can ask for. */
export function uiHandlers({ setup, profiles, prompts, problem, openTab, after }: UiHandlersDeps): UiHandlers {
  const popup = async (): Promise<PopupState> => {
    const issuer = await setup.broker();
    if (issuer === undefined) return { view: 'not_configured' };
    if (!(await setup.isReachable(issuer))) return { view: 'unreachable', broker: issuer };
    const { session, signIn } = await profiles.main();
    if (signIn.isRunning()) return { view: 'signing_in', broker: issuer };
    const { current, problem } = await load(session);
    if (!current)
      return { view: 'signed_out', broker: issuer, problem, providerHost: hostOf(await session.logoutUrl()) };
    const state = signedIn(issuer, current, problem);
    for (const site of state.sites) site.reachable = await setup.isReachable(site.origin);
    return state;
  };

  /** The freshest session there is: without the broker, what was known last, and that it is so. */
  const load = async (
    session: Session,
  ): Promise<{ current: SessionAnswer | undefined; problem: PageErrorBody | undefined }> => {
    const timer = after(popupPatienceMs);
    try {
      const fresh = session.refreshed(popupMaxAgeMs);
      const current = await Promise.race([fresh, timer.elapsed.then(() => session.current())]);
      return { current, problem: await problem.get() };
    } catch (error) {
      const current = await session.current().catch(() => undefined);
      return { current, problem: errorBody(error) };
    } finally {
      timer.cancel();
    }
  };

  const consentView = async (id: string): Promise<ConsentView> => {
    const prompt = await prompts.find(id);
    if (!prompt) throw noLongerOpen();
    const current = await (await profiles.get(prompt.profile)).session.current();
    if (!current) throw noLongerOpen();
    const site = siteOf(current, prompt.origin);
    const resource = site?.resources.find((listed) => listed.resource === prompt.resource);
    if (!site || !resource) throw noLongerOpen();
    const { name, email, sub } = current.account;
    return {
      origin: prompt.origin,
      site: site.name,
      account: email ?? name ?? sub,
      resource: resource.name,
      scopes: prompt.scopes.map((scope) => ({
        scope,
        description: (Object.hasOwn(resource.scopes, scope) && resource.scopes[scope]) || scope,
      })),
    };
  };

  return {
    'state.get': popup,
    async 'session.sign_in'() {
      await problem.clear();
      try {
        await (await profiles.main()).signIn.run();
      } catch (error) {
        await problem.set(errorBody(error));
        throw error;
      }
      return {};
    },
    async 'session.sign_out'() {
      await problem.clear();
      await profiles.signOut((await profiles.main()).id);
      return {};
    },
    async 'provider.sign_out'() {
      const url = await (await profiles.main()).session.logoutUrl();
      if (url !== undefined && isSecureUrl(new URL(url))) await openTab(url);
      return {};
    },
    async 'site.disconnect'({ origin }) {
      await (await profiles.at(origin)).session.revoke({ origin });
      return {};
    },
    async 'setup.expect'(pending) {
      await setup.expect(pending);
      return {};
    },
    async 'setup.resume'() {
      await setup.resume();
      return {};
    },
    'consent.get': ({ prompt }) => consentView(prompt),
    async 'consent.answer'({ prompt, allow }) {
      await prompts.answer(prompt, allow);
      return {};
    },
  };
}

const noLongerOpen = (): LatchkeyError =>
  new LatchkeyError({ code: 'expired', message: 'this question is no longer open' });

const hostOf = (url: string | undefined): string | undefined =>
  url !== undefined && URL.canParse(url) ? new URL(url).host : undefined;

function signedIn(
  broker: string,
  current: SessionAnswer,
  problem: PageErrorBody | undefined,
): Extract<PopupState, { view: 'signed_in' }> {
  const { name, email, sub, upstream } = current.account;
  return {
    view: 'signed_in',
    broker,
    account: { name, email, sub, upstream },
    reauth: current.session.state === 'reauth_required',
    sites: current.policy.sites.map((site) => siteView(current, site)),
    problem,
  };
}

function siteView(current: SessionAnswer, site: SitePolicy): SiteView {
  const access = site.consent === 'granted' ? 'organisation' : isConnected(current, site) ? 'person' : 'none';
  const resources = site.resources.map(({ resource, name, scopes }) => {
    const consented = consentedScopes(current.consents, site.origin, resource);
    const may = Object.entries(scopes).filter(([scope]) => access === 'organisation' || consented.has(scope));
    return { name, may: may.map(([, description]) => description) };
  });
  return {
    origin: site.origin,
    name: site.name,
    access,
    resources: resources.filter(({ may }) => may.length > 0),
    reachable: true,
  };
}
