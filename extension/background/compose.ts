import { LatchkeyError } from '@latchkey/shared/errors.ts';
import { upstreamsAnswer } from '@latchkey/shared/session-api.ts';
import type { Clock } from '@latchkey/shared/time.ts';
import * as v from 'valibot';
import type { Alarm } from '../platform/alarms.ts';
import type { BakedConfig } from '../platform/baked-config.ts';
import type { Identity } from '../platform/identity.ts';
import type { Sites } from '../platform/sites.ts';
import { type Area, type StoredValue, storedValue } from '../platform/stored-value.ts';
import type { Windows } from '../platform/windows.ts';
import { createManagedPolicy } from '../protocol/managed-policy.ts';
import { storedProblem } from '../protocol/problem.ts';
import { pendingSetup } from '../protocol/ui.ts';
import { createNews } from './activity/news.ts';
import { createAskingDevice } from './devices/asking-device.ts';
import { accessHandlers } from './handlers/access-handlers.ts';
import { diagnosticsHandlers } from './handlers/diagnostics-handlers.ts';
import { createInteractions } from './handlers/interactions.ts';
import { ownHandlers } from './handlers/own-handlers.ts';
import { type Failures, popupHandlers } from './handlers/popup-handlers.ts';
import { createRemovedAccess, removedAccess } from './handlers/removed-access.ts';
import { createRouter, type Router } from './handlers/router.ts';
import { sessionHandlers } from './handlers/session-handlers.ts';
import { settingsHandlers } from './handlers/settings-handlers.ts';
import { tokenHandlers } from './handlers/token-handlers.ts';
import { createConsentPrompts } from './page/consent-prompts.ts';
import type { PageCall, PageHandlers } from './page/handler-types.ts';
import { createPagePorts, type Port } from './page/page-port.ts';
import { createPendingRequests, type Timer } from './page/pending-requests.ts';
import { createProviderChoices } from './page/provider-choices.ts';
import { createRateLimit } from './page/rate-limit.ts';
import type { PageSender } from './page/sender.ts';
import { createSiteAccess } from './page/site-access.ts';
import { createTabStanding } from './page/tab-standing.ts';
import { createDirectory } from './profiles/directory.ts';
import { createProfile, type Profile, type ProfileDeps } from './profiles/profile.ts';
import type { ProfileList } from './profiles/profile-list.ts';
import { createProfiles, type Profiles } from './profiles/profiles.ts';
import { createPageEvents, eventState } from './session/page-events.ts';
import { createSetup } from './setup.ts';
import { createToolbarIcon, type ToolbarIconDeps } from './toolbar-icon.ts';
import { createUiPorts, type UiHandlers } from './ui-port.ts';

/** The background's dependencies: browser, storage, time and randomness. */
export interface BackgroundWorld {
  /** The configuration in the build. `null` in the store build. */
  baked: BakedConfig | null;
  extensionId: string;
  /** The origin of the extension's own pages. */
  ownOrigin: string;
  /** The version of this build, `x.y.z`. */
  version: string;
  /** Language of the extension's texts, as a tag. */
  language: string;
  /** In memory, gone when the browser closes. */
  area: Area;
  /** The broker that the user entered. */
  chosenBroker: StoredValue<string>;
  /** On disk, hidden from content scripts. */
  profileList: StoredValue<ProfileList>;
  /** The name of the provider of the last sign-in, on disk. It only sorts the list of providers. */
  lastProvider: StoredValue<string>;
  /** On disk. */
  seenActivity: StoredValue<Record<string, number>>;
  keysOf: ProfileDeps['keysOf'];
  /** IDs of the profiles that have a key. */
  profilesWithKeys(): Promise<string[]>;
  identity: Identity;
  sites: Sites;
  windows: Windows;
  /** Wakes a stopped background so that it reopens its event streams. */
  recheck: Pick<Alarm, 'start' | 'stop'>;
  readManagedStorage(): Promise<Record<string, unknown>>;
  showIcon: ToolbarIconDeps['show'];
  iconTitle: ToolbarIconDeps['titleOf'];
  /** Sessions, access or pages may have changed. */
  updated?(): void;
  /** Opens the page that users see first after installing. */
  openWelcome(): Promise<void>;
  fetch: typeof fetch;
  now: Clock;
  random(): number;
  /** Creates a unique ID. @param what the kind of thing that it identifies */
  newId(what: 'profile' | 'epoch' | 'prompt'): string;
  after(ms: number): Timer;
  /** Reports an unexpected error of work that nothing awaits. */
  report(error: unknown): void;
}

export type Background = ReturnType<typeof composeBackground>;

/**
 * Wires up the background. It registers and starts nothing: `main.ts` does that. Unit tests compose the same parts with
 * fakes.
 */
export function composeBackground(world: BackgroundWorld) {
  const { baked, extensionId, area, keysOf, identity, sites, windows, recheck, now, after } = world;
  // The store build doesn't know its broker yet, so each request decides whether to serve `http:` pages.
  const rules = { extensionId, development: baked?.broker.startsWith('http:') ?? true };

  /** Notifies only the extension's own pages and the icon. */
  function changed(): void {
    ui.changed();
    report(icon.draw());
  }
  async function leave(): Promise<void> {
    for (const { id } of await profiles.all()) await profiles.signOut(id);
    await upstreams.clear();
  }
  const ui = createUiPorts({ extensionId, origin: world.ownOrigin }, () => uiRouter);
  const eventsOf = createPageEvents({
    state: storedValue(area, 'events', eventState),
    newEpoch: () => world.newId('epoch'),
    async broadcast({ profile, origin: only, eventFor }) {
      const profileAt = await profiles.where();
      await windows.broadcast(
        eventFor,
        (origin) => profileAt(origin) === profile && (only === undefined || only === origin),
      );
    },
    changed() {
      changed();
      update();
      report(prompts.review());
    },
  });
  const managed = createManagedPolicy(world.readManagedStorage, {
    now,
    changed(before, after) {
      report(policyChanged(!baked && before.broker_url !== after.broker_url));
    },
  });
  const upstreams = storedValue(area, 'upstreams', upstreamsAnswer);
  const setup = createSetup({
    baked,
    managed,
    chosen: world.chosenBroker,
    pending: storedValue(area, 'setup', pendingSetup),
    sites,
    async policySites() {
      const answers = await Promise.all((await profiles.all()).map(({ session }) => session.current()));
      return [...new Set(answers.flatMap((answer) => answer?.policy.sites ?? []).map(({ origin }) => origin))];
    },
    leave,
    changed,
  });
  const icon = createToolbarIcon({
    broker: () => setup.broker(),
    isReachable: (origin) => setup.isReachable(origin),
    current: async () => (await profiles.main()).session.current(),
    async news() {
      if (await askingDevice.isThere()) return 'device';
      return news.count() > 0 ? 'news' : undefined;
    },
    pages: () => windows.pages(),
    standingOf: createTabStanding({
      managed,
      sessionAt: async (origin) => (await profiles.at(origin)).session,
      isAsking: (tabId) => prompts.isAsking(tabId),
    }),
    show: world.showIcon,
    titleOf: world.iconTitle,
  });
  const http: ProfileDeps['http'] = {
    broker: async () => {
      const broker = await setup.broker();
      if (!broker) throw new LatchkeyError({ code: 'unsupported', message: 'this extension has no broker yet' });
      return broker;
    },
    version: world.version,
    language: world.language,
    nonce: storedValue(area, 'nonce', v.string()),
    fetch: (...request) => world.fetch(...request),
    now,
  };
  const asking = storedValue(area, 'asking', v.number());
  const askingDevice = createAskingDevice({ until: asking, changed, after, now });
  const problem = storedValue(area, 'problem', storedProblem);
  const profileDeps: ProfileDeps = {
    problem,
    area,
    keysOf,
    http,
    identity,
    eventsOf,
    authorizing: (profile, body) => profiles.authorizing(profile, body),
    async signedIn(profile, account) {
      await profiles.signedIn(profile, account);
      await world.lastProvider.set(account.upstream);
    },
    announced(profile, event) {
      if (event === 'sign_in') lookForNews('announced');
      else report(profiles.main().then(async ({ id }) => id === profile && askingDevice.announced()));
    },
    async isSeen(profile, sites) {
      const profileAt = await profiles.where();
      const approved = [...new Set([...(baked?.sites ?? []), ...sites])];
      return windows.hasTabAt(approved.filter((origin) => profileAt(origin) === profile));
    },
    changed,
    sleep: (ms) => after(ms).elapsed,
    now,
    random: world.random,
    report: world.report,
  };
  const made = new Map<string, Profile>();
  /** Creates each profile only once. Two objects for one profile would miss each other's changes. */
  function profileOf(id: string): Profile {
    const profile = made.get(id) ?? createProfile(id, profileDeps);
    made.set(id, profile);
    return profile;
  }
  const profiles: Profiles = createProfiles({
    kept: world.profileList,
    create: profileOf,
    ids: world.profilesWithKeys,
    managed,
    newId: () => world.newId('profile'),
    report: world.report,
  });
  const prompts = createConsentPrompts({
    area,
    windows,
    sessionOf: async (profile) => (await profiles.get(profile)).session,
    // In the consent window, the user may have chosen a different account for the site.
    async given({ profile, origin }) {
      if ((await profiles.at(origin)).id !== profile) await profiles.choose(profile, origin);
    },
    isThere: (page) => windows.isThere(page),
    changed: () => report(icon.draw()),
    newId: () => world.newId('prompt'),
    now,
  });
  const directory = createDirectory({
    ask: async () => (await profiles.main()).upstreams(),
    known: upstreams,
    last: world.lastProvider,
    managed,
    baked: baked?.organization,
    changed: () => ui.changed(),
  });
  identity.onWindow(() => ui.changed());
  const news = createNews({
    async activity(before) {
      const { session, call } = await profiles.main();
      const current = await session.current();
      if (!current?.features.includes('activity')) return undefined;
      const path = before === undefined ? '/session/activity' : `/session/activity?before=${before}`;
      const answer = await session.guard(() => call({ method: 'GET', path }));
      return { sub: current.account.sub, page: answer.body };
    },
    seen: world.seenActivity,
    changed,
    now,
  });
  const choices = createProviderChoices({ windows, newId: () => world.newId('prompt') });
  const interactions = createInteractions({
    prompts,
    isTabActive: (tabId) => windows.isTabActive(tabId),
    choices,
    async providersFor(profile) {
      const account = (await profiles.entries()).find(({ id }) => id === profile)?.account;
      // What names the provider asks nothing, and needs no answer of the broker first.
      if (account || (await managed()).provider !== undefined) return [];
      return (await directory.load()).choices;
    },
  });

  const pageHandlers: PageHandlers = {
    ...sessionHandlers({ interactions, signOut: (profile) => profiles.signOutForSite(profile) }),
    ...tokenHandlers({ interactions }),
    ...accessHandlers({ limit: createRateLimit({ count: 3, perMs: 60_000 }, now) }),
  };
  const failures: Failures = new Map();
  const uiHandlers: UiHandlers = {
    ...popupHandlers({
      failures,
      setup,
      profiles,
      directory,
      providerChoices: choices,
      prompts,
      managed,
      problem,
      removedAccess: createRemovedAccess({ profiles, removed: storedValue(area, 'removed', removedAccess) }),
      identity,
      openTab: (url) => windows.openTab(url),
      showSite: (origin) => windows.showSite(origin),
      changed: () => ui.changed(),
      news,
      asking,
      after,
      now,
    }),
    ...ownHandlers({
      profiles,
      news,
      asked: askingDevice.told,
      identity,
      broker: http.broker,
      async keep(outcome) {
        await area.set('device-outcome', outcome);
        await askingDevice.told(false);
      },
    }),
    ...settingsHandlers({ setup, managed, profiles, sites, isBaked: baked !== null, directory }),
    ...diagnosticsHandlers({ setup, profiles, redirectUri: () => identity.redirectUri(), problem }),
  };
  const pageRouter: Router<PageCall> = createRouter('page', pageHandlers);
  const uiRouter: Router<void> = createRouter('ui', uiHandlers);
  const here = ({ tabId, origin, partition }: PageSender): void =>
    report(icon.drawIn({ tabId, origin, isApart: partition !== undefined }));
  const servePage = createPagePorts({
    rules,
    router: pageRouter,
    pending: createPendingRequests({ now, after }),
    limit: createRateLimit({ count: 60, perMs: 10_000 }, now),
    requireAccess: createSiteAccess({
      sites: baked?.sites ?? [],
      broker: () => setup.broker(),
      managed,
      isReachable: (origin) => setup.isReachable(origin),
      isTurnedOn: (origin) => setup.isTurnedOn(origin),
      current: async (origin) => (await profiles.at(origin)).session.current(),
    }),
    profileAt: (origin) => profiles.at(origin),
    here,
    gone: (document) => report(prompts.documentGone(document)),
  });

  /** Opens the event streams that are needed, and keeps the alarm running while there are any. */
  async function listen(): Promise<void> {
    const wanted = await Promise.all((await profiles.all()).map(({ eventStream }) => eventStream.update()));
    await (wanted.includes(true) ? recheck.start() : recheck.stop());
  }

  /** Whatever goes wrong here goes wrong elsewhere, too, and is told there. */
  function lookForNews(why?: 'announced'): void {
    void news.look(why).catch(() => undefined);
  }

  function update(): void {
    void listen().catch(world.report);
    lookForNews();
    world.updated?.();
  }

  const report = (work: Promise<unknown>): void => void work.catch(world.report);

  /** Signs in at the browser's start if the organization wants that. */
  async function signInAtStart(): Promise<void> {
    const broker = await setup.broker();
    if (!(await managed()).sign_in_at_start || !broker || !(await setup.isReachable(broker))) return;
    const { session, signIn } = await profiles.main();
    if (!(await session.current())) await signIn.run();
  }

  /** Access may be lost, so invalidates what pages cached. A different broker means a different organization. */
  async function policyChanged(isOtherBroker: boolean): Promise<void> {
    if (isOtherBroker) await leave();
    for (const { events } of await profiles.all()) await events.reset('access');
    changed();
  }

  /** Shows the welcome page, or only the sign-in if the organization wants that. */
  async function welcome(): Promise<void> {
    if ((await managed()).sign_in_at_start) await signInAtStart();
    else await world.openWelcome();
  }

  return {
    /** Serves a port of one of the extension's own pages. */
    serveOwnPage(port: Port): void {
      failures.clear();
      ui.serve(port);
      lookForNews();
      // The icon's state may be known by now, even if it wasn't at startup.
      report(icon.draw());
    },
    /** Serves a port of the bridge in a web page. */
    servePage(port: Port): void {
      servePage(port);
      update();
    },
    windowClosed(windowId: number): void {
      choices.windowClosed(windowId);
      report(prompts.windowClosed(windowId));
    },
    /** Opens the event streams that are needed, and closes the others. */
    update,
    /** The user has granted access to a host. */
    accessGiven: (): void => report(setup.resume()),
    /** The user has removed access to a host. */
    accessTaken(): void {
      report(setup.restore());
      changed();
    },
    installed(reason: string): void {
      report(setup.updated());
      if (reason === 'install') report(welcome());
    },
    browserStarted(): void {
      report(setup.restore());
      report(signInAtStart());
    },
    drawIcon: (): void => report(icon.draw()),
    /** The browser reported a policy change. If the event woke the background, it has no earlier policy to compare. */
    policyChanged: (): void => report(managed.reread().then(() => policyChanged(false))),
    /** The parts, for what few builds have, and for tests that use several of them. */
    parts: { managed, rules, here, profiles, profileOf, prompts, choices, interactions, pageHandlers, news },
  };
}
