import { isWebUrl } from '@latchkey/shared/origin.ts';
import type { SessionAnswer, SitePolicy } from '@latchkey/shared/session-api.ts';
import type { Clock } from '@latchkey/shared/time.ts';
import type { Identity } from '../../platform/identity.ts';
import type { StoredValue } from '../../platform/stored-value.ts';
import type { ManagedPolicy } from '../../protocol/managed-policy.ts';
import type { Problem } from '../../protocol/problem.ts';
import type { ConsentView, PopupState, SiteView } from '../../protocol/ui.ts';
import type { News } from '../activity/news.ts';
import { problemBody } from '../error-body.ts';
import { type ConsentPrompt, type ConsentPrompts, noLongerOpen } from '../page/consent-prompts.ts';
import type { Timer } from '../page/pending-requests.ts';
import type { ProviderChoices } from '../page/provider-choices.ts';
import type { Directory } from '../profiles/directory.ts';
import type { Profiles } from '../profiles/profiles.ts';
import type { Session } from '../session/session.ts';
import { consentedScopes, isAllowed, isConnected, isRefused, siteOf } from '../session/site-policy.ts';
import type { Setup } from '../setup.ts';
import type { UiHandlers } from '../ui-port.ts';
import { accountHandlers } from './account-handlers.ts';
import { type AccountState, accountView, labelOf, siteViews } from './account-views.ts';
import type { createRemovedAccess } from './removed-access.ts';

export interface UiHandlersDeps {
  setup: Setup;
  profiles: Profiles;
  directory(): Promise<Directory>;
  providerChoices: Pick<ProviderChoices, 'find' | 'answer'>;
  prompts: ConsentPrompts;
  managed(): Promise<Pick<ManagedPolicy, 'private_windows'>>;
  /**
   * The latest problem. The popup closes when the sign-in window opens, and shows the problem when it is opened again.
   */
  problem: StoredValue<Problem>;
  failures: Failures;
  removedAccess: ReturnType<typeof createRemovedAccess>;
  identity: Pick<Identity, 'hasWindow' | 'showWindow' | 'closeWindow'>;
  openTab(url: string): Promise<void>;
  /** Shows a tab of this origin. */
  showSite(origin: string): Promise<void>;
  /** The state that the popup shows has changed. */
  changed(): void;
  now: Clock;
  news: Pick<News, 'count'>;
  /** As in {@link PopupState}. */
  asking: StoredValue<number>;
  /** A timer that limits how long the popup waits for the broker. */
  after(ms: number): Timer;
}

/**
 * Why the broker could not be asked, by session, and when. An open popup doesn't ask anew whenever it is drawn. One that
 * the user opens does.
 */
export type Failures = Map<Session, { at: number; error: unknown }>;

/** Methods of the popup and the consent window. Other pages have handlers of their own. */
type PopupHandlers = Omit<UiHandlers, 'settings.get' | 'own.call' | 'device.allow' | `diagnostics.${string}`>;

/** Maximum age of what the popup shows. */
const popupMaxAgeMs = 2_000;

/**
 * How long an open popup waits for the broker. Then it shows the last known state, and the current one as soon as it is
 * there.
 */
const popupPatienceMs = 40;

/** Handlers of the popup and the consent window. */
export function popupHandlers(deps: UiHandlersDeps): PopupHandlers {
  const { setup, profiles, directory, providerChoices, prompts, managed, problem, openTab, after, now, news, asking } =
    deps;
  const { removedAccess, identity, changed, failures, showSite } = deps;

  const popup = async (): Promise<PopupState> => {
    const issuer = await setup.broker();
    if (issuer === undefined) return { view: 'not_configured' };
    if (!(await setup.isReachable(issuer))) return { view: 'unreachable', broker: issuer };
    const signingIn = (await profiles.isSigningIn()) ? { hasWindow: identity.hasWindow() } : undefined;
    const loaded = await accounts(signingIn !== undefined);
    const main = await profiles.main();
    const [first, ...others] = loaded.states.sort((a, b) => Number(b.id === main.id) - Number(a.id === main.id));
    const isSignedOut = !first || (!first.current && others.length === 0);
    const { choices, providers, organization } = await directory();
    if (isSignedOut && signingIn) return { view: 'signing_in', broker: issuer, organization, ...signingIn };
    const shown = { broker: issuer, problem: loaded.problem, providers: choices, organization };
    if (isSignedOut) return { ...shown, view: 'signed_out', providerHost: hostOf(await main.session.logoutUrl()) };
    const viewOf = (state: AccountState) => accountView(state, providers);
    const sites = siteViews([first, ...others], await profiles.where(), siteView);
    await Promise.all(
      sites.map(async (site) => {
        site.reachable = await setup.isReachable(site.origin);
      }),
    );
    return {
      ...shown,
      view: 'signed_in',
      account: viewOf(first),
      others: others.map(viewOf),
      mayAdd: await profiles.mayAdd(),
      sites,
      signingIn,
      features: first.current?.features ?? [],
      news: news.count(),
      asking: await asking.get(),
    };
  };

  /**
   * All accounts whose owner is known, and the latest problem with any of them.
   *
   * @param asKnown without a request to the broker, which could disturb a sign-in
   */
  const accounts = async (asKnown: boolean): Promise<{ states: AccountState[]; problem: Problem | undefined }> => {
    const entries = await profiles.entries();
    const loaded = await Promise.all(
      entries.map(async ({ id, account }) => {
        const { session } = await profiles.get(id);
        const { current, problem } = asKnown
          ? { current: await session.known(), problem: undefined }
          : await load(session);
        const whose = current?.account ?? account;
        return { states: whose ? [{ id, account: whose, current }] : [], problem };
      }),
    );
    return {
      states: loaded.flatMap(({ states }) => states),
      problem: loaded.find(({ problem }) => problem)?.problem,
    };
  };

  /** The latest state of a session. If the broker is unreachable, returns the last known state and the problem. */
  const load = async (
    session: Session,
  ): Promise<{ current: SessionAnswer | undefined; problem: Problem | undefined }> => {
    const timer = after(popupPatienceMs);
    try {
      const failed = failures.get(session);
      if (failed && now() - failed.at < popupMaxAgeMs) throw failed.error;
      const fresh = refresh(session);
      const late = timer.elapsed.then(async () => {
        const shown = await session.current();
        // Only for news: on a busy machine, each look at the state is late, and each change makes all pages look again.
        if (shown) void fresh.then((current) => isSame(shown, current) || changed(), changed);
        return shown;
      });
      const current = await Promise.race([fresh, late]);
      return { current, problem: await problem.get() };
    } catch (error) {
      const current = await session.current().catch(() => undefined);
      return { current, problem: problemBody(error) };
    } finally {
      timer.cancel();
    }
  };

  const refresh = async (session: Session): Promise<SessionAnswer | undefined> => {
    try {
      const current = await session.refreshed(popupMaxAgeMs);
      failures.delete(session);
      return current;
    } catch (error) {
      failures.set(session, { at: now(), error });
      throw error;
    }
  };

  const consentView = async (id: string): Promise<ConsentView> => {
    const prompt = await prompts.find(id);
    if (!prompt) throw noLongerOpen();
    const current = await (await profiles.get(prompt.profile)).session.current();
    if (current?.account.sub !== prompt.sub) throw noLongerOpen();
    const site = siteOf(current, prompt.origin);
    if (!site) throw noLongerOpen();
    return {
      organization: (await directory()).organization,
      origin: prompt.origin,
      site: site.name,
      account: labelOf(current.account),
      sub: prompt.sub,
      accounts: await choicesFor(prompt),
      asks: prompt.asks.map(({ resource, scopes }) => {
        const listed = site.resources.find((one) => one.resource === resource);
        if (!listed) throw noLongerOpen();
        return {
          resource: listed.name,
          scopes: scopes.map((scope) => ({
            scope,
            description: (Object.hasOwn(listed.scopes, scope) && listed.scopes[scope]) || scope,
          })),
        };
      }),
      has: permissionsOf(current, site),
    };
  };

  /** The accounts that can give the site what it asks for. */
  const choicesFor = async (prompt: ConsentPrompt): Promise<ConsentView['accounts']> => {
    const choices = await Promise.all(
      (await profiles.all()).map(async ({ id, session }) => {
        const current = await session.current().catch(() => undefined);
        if (!current || !prompt.wanted.every((ask) => isAllowed(current, ask)) || isRefused(current, prompt.origin))
          return [];
        return [{ id, label: labelOf(current.account), chosen: id === prompt.profile }];
      }),
    );
    return choices.flat();
  };

  return {
    'state.get': popup,
    'private_windows.get': async () => ({ served: (await managed()).private_windows === 'allow' }),
    ...accountHandlers({ profiles, problem, identity }),
    async 'provider.get'({ choice }) {
      const question = providerChoices.find(choice);
      if (!question) throw noLongerOpen();
      const { organization } = await directory();
      return { origin: question.origin, providers: [...question.providers], organization };
    },
    async 'provider.choose'({ choice, provider }) {
      providerChoices.answer(choice, provider);
      return {};
    },
    async 'provider.sign_out'() {
      const url = await (await profiles.main()).session.logoutUrl();
      if (url !== undefined && isWebUrl(url)) await openTab(url);
      return {};
    },
    async 'site.disconnect'({ origin }) {
      await removedAccess.remove(origin);
      return {};
    },
    async 'site.restore'({ origin, sub }) {
      await removedAccess.restore(origin, sub);
      return {};
    },
    async 'site.let_ask'({ origin, sub }) {
      await (await profiles.at(origin)).session.letAsk(origin, sub);
      return {};
    },
    async 'site.open'({ origin }) {
      // Only what the organization has configured for one of the accounts.
      const { states } = await accounts(true);
      if (!states.some(({ current }) => current && siteOf(current, origin))) throw noLongerOpen();
      await showSite(origin);
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
    async 'consent.account'({ prompt, account }) {
      await prompts.chooseAccount(prompt, (await profiles.get(account)).id);
      return consentView(prompt);
    },
    async 'consent.answer'({ prompt, choice, sub }) {
      await prompts.answer(prompt, choice, sub);
      return {};
    },
  };
}

/** Both are read from storage with the same schema, so the keys are in the same order. */
const isSame = (one: SessionAnswer, other: SessionAnswer | undefined): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

const hostOf = (url: string | undefined): string | undefined =>
  url !== undefined && URL.canParse(url) ? new URL(url).host : undefined;

function siteView(current: SessionAnswer, site: SitePolicy): Omit<SiteView, 'account' | 'accounts'> {
  const lastUsedAt = current.sites.find(({ origin }) => origin === site.origin)?.last_used_at;
  return {
    origin: site.origin,
    name: site.name,
    icon: site.icon,
    access: accessOf(current, site),
    attached: site.attach_tokens,
    resources: permissionsOf(current, site),
    lastUsedAt: lastUsedAt === undefined ? undefined : lastUsedAt * 1_000,
    reachable: true,
  };
}

function accessOf(current: SessionAnswer, site: SitePolicy): SiteView['access'] {
  if (site.consent === 'granted') return 'organization';
  if (isRefused(current, site.origin)) return 'never';
  return isConnected(current, site) ? 'person' : 'none';
}

/** What a site can do now, in the configuration's words. */
function permissionsOf(current: SessionAnswer, site: SitePolicy): SiteView['resources'] {
  const resources = site.resources.map(({ resource, name, scopes }) => {
    const consented = consentedScopes(current.consents, site.origin, resource);
    const may = Object.entries(scopes).filter(([scope]) => site.consent === 'granted' || consented.has(scope));
    return { name, may: may.map(([, description]) => description) };
  });
  return resources.filter(({ may }) => may.length > 0);
}
