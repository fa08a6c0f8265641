import { LatchkeyError, type PageErrorBody } from '@latchkey/shared/errors.ts';
import { bridgePortName } from '@latchkey/shared/page-protocol.ts';
import { showIcon } from '../platform/action.ts';
import { alarm } from '../platform/alarms.ts';
import { baked } from '../platform/baked-config.ts';
import { browser } from '../platform/browser.ts';
import { message } from '../platform/i18n.ts';
import { identity } from '../platform/identity.ts';
import { indexedDbValue } from '../platform/indexed-db-value.ts';
import { keysOf } from '../platform/keys.ts';
import { readManagedStorage } from '../platform/managed-storage.ts';
import { sites } from '../platform/sites.ts';
import { localArea, sessionArea } from '../platform/storage.ts';
import { storedValue } from '../platform/stored-value.ts';
import { windows } from '../platform/windows.ts';
import { createManagedPolicy } from '../protocol/managed-policy.ts';
import { uiPortName } from '../protocol/ui.ts';
import { accessHandlers } from './handlers/access-handlers.ts';
import { diagnosticsHandlers } from './handlers/diagnostics-handlers.ts';
import { createInteractions } from './handlers/interactions.ts';
import { popupHandlers } from './handlers/popup-handlers.ts';
import { createRouter, type Router } from './handlers/router.ts';
import { sessionHandlers } from './handlers/session-handlers.ts';
import { settingsHandlers } from './handlers/settings-handlers.ts';
import { tokenHandlers } from './handlers/token-handlers.ts';
import { createConsentPrompts } from './page/consent-prompts.ts';
import type { PageCall, PageHandlers } from './page/page-call.ts';
import { createPagePorts, type Port } from './page/page-port.ts';
import { createPendingRequests, type Timer } from './page/pending-requests.ts';
import { createRateLimit } from './page/rate-limit.ts';
import { createSiteAccess } from './page/site-access.ts';
import { createProfile, type ProfileDeps } from './profiles/profile.ts';
import type { ProfileList } from './profiles/profile-list.ts';
import { createProfiles } from './profiles/profiles.ts';
import { createProviders } from './profiles/providers.ts';
import { createPageEvents } from './session/page-events.ts';
import { createSetup, type Pending } from './setup.ts';
import { createToolbarIcon } from './toolbar-icon.ts';
import { createUiPorts, type UiHandlers } from './ui-port.ts';

/**
 * The background: puts the parts together and registers every listener before the first `await`, since a
 * browser wakes it for the event that it then must hear at once.
 */
const now = () => Date.now();
const newId = () => crypto.randomUUID();
const area = sessionArea();
const extensionId = browser.runtime.id;
// A store build doesn't know its broker yet: whether http: pages are served is decided when one calls.
const rules = { extensionId, development: baked?.broker.startsWith('http:') ?? true };

/** Often enough that a session that ended while the background was stopped is seen within a minute. */
const recheck = alarm('session', 0.75);

/** Where nothing but our own windows and the icon show what changed. */
function changed(): void {
  ui.changed();
  report(badge());
}
const ui = createUiPorts({ extensionId, origin: new URL(browser.runtime.getURL('')).origin }, () => uiRouter);
const eventsOf = createPageEvents({
  state: storedValue(area, 'events'),
  newEpoch: newId,
  async broadcast(event, profile) {
    const profileAt = await profiles.where();
    await windows.broadcast(event, (origin) => profileAt(origin) === profile);
  },
  changed() {
    changed();
    update();
    report(prompts.review());
  },
});
const managed = createManagedPolicy(readManagedStorage);
const upstreams = storedValue<string[]>(area, 'upstreams');
const setup = createSetup({
  baked,
  managed,
  chosen: storedValue<string>(localArea(), 'broker'),
  pending: storedValue<Pending>(area, 'setup'),
  sites,
  async policySites() {
    const answers = await Promise.all((await profiles.all()).map(({ session }) => session.current()));
    return [...new Set(answers.flatMap((answer) => answer?.policy.sites ?? []).map(({ origin }) => origin))];
  },
  async leave() {
    for (const { id } of await profiles.all()) await profiles.signOut(id);
    await upstreams.clear();
  },
  changed,
});
const badge = createToolbarIcon({
  broker: () => setup.broker(),
  isReachable: (origin) => setup.isReachable(origin),
  current: async () => (await profiles.main()).session.current(),
  show: showIcon,
  titleOf: (standing) => message(`icon_${standing}`),
});
const http: ProfileDeps['http'] = {
  broker: async () => {
    const broker = await setup.broker();
    if (!broker) throw new LatchkeyError({ code: 'unsupported', message: 'this extension has no broker yet' });
    return broker;
  },
  version: browser.runtime.getManifest().version,
  nonce: storedValue<string>(area, 'nonce'),
  fetch: (...request) => fetch(...request),
  now,
};
const profileDeps: ProfileDeps = {
  area,
  keysOf,
  http,
  identity,
  eventsOf,
  authorizing: (profile, body) => profiles.authorizing(profile, body),
  signedIn: (profile, account) => profiles.signedIn(profile, account),
  async isSeen(profile, sites) {
    const profileAt = await profiles.where();
    const approved = [...new Set([...(baked?.sites ?? []), ...sites])];
    return windows.hasTabAt(approved.filter((origin) => profileAt(origin) === profile));
  },
  changed,
  sleep: (ms) => after(ms).elapsed,
  now,
  random: () => Math.random(),
  report: (error) => reportError(error),
};
const profiles = createProfiles({
  kept: indexedDbValue<ProfileList>('list'),
  create: (id) => createProfile(id, profileDeps),
  managed,
  newId,
  report: (error) => reportError(error),
});
const prompts = createConsentPrompts({
  area,
  windows,
  sessionOf: async (profile) => (await profiles.get(profile)).session,
  // In the window the person may have chosen another account than the site had.
  async given({ profile, origin }) {
    if ((await profiles.at(origin)).id !== profile) await profiles.choose(profile, origin);
  },
  newId,
  now,
});
const interactions = createInteractions({ prompts, isTabActive: (tabId) => windows.isTabActive(tabId) });

const pageHandlers: PageHandlers = {
  ...sessionHandlers({ interactions, signOut: (profile) => profiles.signOutForSite(profile) }),
  ...tokenHandlers({ interactions }),
  ...accessHandlers({ limit: createRateLimit({ count: 3, perMs: 60_000 }, now) }),
};
const problem = storedValue<PageErrorBody>(area, 'problem');
const ownHandlers: UiHandlers = {
  ...popupHandlers({
    setup,
    profiles,
    providers: createProviders({
      ask: async () => (await profiles.main()).upstreams(),
      known: upstreams,
      managed,
      changed: () => ui.changed(),
    }),
    prompts,
    managed,
    problem,
    openTab: (url) => windows.openTab(url),
    after,
  }),
  ...settingsHandlers({ setup, managed, profiles, sites, isBaked: baked !== null }),
  ...diagnosticsHandlers({ setup, profiles, redirectUri: () => identity.redirectUri(), problem }),
};
const pageRouter: Router<PageCall> = createRouter('page', pageHandlers);
const uiRouter: Router<void> = createRouter('ui', ownHandlers);
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
    current: async (origin) => (await profiles.at(origin)).session.current(),
  }),
  profileAt: (origin) => profiles.at(origin),
});

/** Listens for each account to what its pages must hear, and stays to be woken while there is something to hear. */
async function listen(): Promise<void> {
  const wanted = await Promise.all((await profiles.all()).map(({ eventStream }) => eventStream.update()));
  await (wanted.includes(true) ? recheck.start() : recheck.stop());
}

function update(): void {
  void listen().catch(reportError);
}

const report = (work: Promise<unknown>): void => void work.catch(reportError);

/** Where the organisation wants it, the browser's start is the moment to sign in. */
async function signInAtStart(): Promise<void> {
  const broker = await setup.broker();
  if (!(await managed()).sign_in_at_start || !broker || !(await setup.isReachable(broker))) return;
  const { session, signIn } = await profiles.main();
  if (!(await session.current())) await signIn.run();
}

/** The first thing a person sees, unless the organisation wants them to see nothing but the sign-in. */
async function welcome(): Promise<void> {
  if ((await managed()).sign_in_at_start) await signInAtStart();
  else await windows.openTab(browser.runtime.getURL('ui/welcome.html'));
}

function after(ms: number): Timer {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  return { elapsed: promise, cancel: () => clearTimeout(timer) };
}

browser.runtime.onConnect.addListener((connected) => {
  const port = connected as Port;
  if (connected.name === uiPortName) {
    ui.serve(port);
    // What could not be asked at the start may be known by now.
    report(badge());
  } else if (connected.name === bridgePortName) {
    servePage(port);
    update();
  } else connected.disconnect();
});
windows.onClosed((windowId) => void prompts.windowClosed(windowId).catch(reportError));
recheck.onRing(update);
sites.onReachable(() => report(setup.resume()));
sites.onUnreachable(() => {
  report(setup.restore());
  changed();
});
browser.runtime.onInstalled.addListener(({ reason }) => {
  report(setup.restore());
  if (reason === 'install') report(welcome());
});
browser.runtime.onStartup.addListener(() => {
  report(setup.restore());
  report(signInAtStart());
});
report(badge());
