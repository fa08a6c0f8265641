import { LatchkeyError, type PageErrorBody } from '#shared/errors.ts';
import { bridgePortName } from '#shared/page-protocol.ts';
import { scopeKey } from '#shared/scope.ts';
import { alarm } from '../platform/alarms.ts';
import { browser } from '../platform/browser.ts';
import { baked } from '../platform/config.ts';
import { identity } from '../platform/identity.ts';
import { keys, keysOf } from '../platform/keys.ts';
import { readManaged } from '../platform/managed.ts';
import { sites } from '../platform/sites.ts';
import { slot } from '../platform/slot.ts';
import { localArea, sessionArea } from '../platform/storage.ts';
import { windows } from '../platform/windows.ts';
import { uiPortName } from '../protocol/ui.ts';
import { createAdmit } from './admit.ts';
import { type BrokerCallDeps, createBrokerCall, createEventSource } from './broker-call.ts';
import { type BrokerClient, createBrokerClient } from './broker-client.ts';
import { createEvents } from './events.ts';
import { accessHandlers } from './handlers/access.ts';
import { createInteractions } from './handlers/interactions.ts';
import { sessionHandlers } from './handlers/session.ts';
import { tokenHandlers } from './handlers/token.ts';
import { uiHandlers } from './handlers/ui.ts';
import { createJobs, type Timer } from './jobs.ts';
import { createLive } from './live.ts';
import { createManaged } from './managed.ts';
import type { PageCall, PageHandlers } from './page-call.ts';
import { createPagePorts, type Port } from './page-port.ts';
import { createPrompts } from './prompts.ts';
import { createProofs } from './proofs.ts';
import { createRateLimit } from './rate-limit.ts';
import { createRouter, type Router } from './router.ts';
import { createSession, type Known } from './session.ts';
import { createSetup, type Pending } from './setup.ts';
import { type Attempt, createSignIn } from './sign-in.ts';
import { createTokenCache } from './token-cache.ts';
import { createTokens } from './tokens.ts';
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

const ui = createUiPorts({ extensionId, origin: new URL(browser.runtime.getURL('')).origin }, () => uiRouter);
const events = createEvents({
  state: slot(area, 'events'),
  newEpoch: newId,
  broadcast: (event) => windows.broadcast(event),
  changed() {
    ui.changed();
    update();
  },
});
const managed = createManaged(readManaged);
const setup = createSetup({
  baked,
  managed,
  chosen: slot<string>(localArea(), 'broker'),
  pending: slot<Pending>(area, 'setup'),
  sites,
  policySites: async () => ((await session.current())?.policy.sites ?? []).map(({ origin }) => origin),
  changed: () => ui.changed(),
});
const http: BrokerCallDeps = {
  broker: async () => {
    const broker = await setup.broker();
    if (!broker) throw new LatchkeyError({ code: 'unsupported', message: 'this extension has no broker yet' });
    return broker;
  },
  version: browser.runtime.getManifest().version,
  key: () => keys.loadOrCreate(),
  nonce: slot<string>(area, 'nonce'),
  fetch: (...request) => fetch(...request),
  now,
};
const endpoints = createBrokerClient(createBrokerCall(http));
const client: BrokerClient = {
  ...endpoints,
  async authorize(body) {
    const { provider } = await managed();
    return endpoints.authorize(provider === undefined ? body : { ...body, upstream: provider });
  },
};
const cache = createTokenCache({ area, now });
const attempt = slot<Attempt>(area, 'sign-in');
const session = createSession({
  client,
  keys,
  known: slot<Known>(area, 'session'),
  tokens: cache,
  events,
  signingIn: async () => ((await attempt.get())?.expiresAt ?? 0) > now(),
  now,
});
const signIn = createSignIn({
  client,
  identity,
  attempt,
  triedSilently: slot<number>(area, 'tried-silently'),
  lapsed: () => session.lapsed(),
  begin: (answer) => session.begin(answer),
  changed: () => ui.changed(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  now,
});
const prompts = createPrompts({
  area,
  windows,
  grant: ({ origin, resource, scopes }) => session.grant({ origin, resource, scope: scopeKey(scopes) }),
  newId,
  now,
});
const interactions = createInteractions({ signIn, prompts, isTabActive: (tabId) => windows.isTabActive(tabId) });

const proofs = createProofs({ keysOf, current: () => session.current(), now });
const tokens = createTokens({ client, session, cache, events, bind: proofs.bind, now });
const pageHandlers: PageHandlers = {
  ...sessionHandlers({ session, interactions }),
  ...tokenHandlers({ session, tokens, proofs, interactions }),
  ...accessHandlers({ session }),
};
const ownHandlers: UiHandlers = uiHandlers({
  setup,
  session,
  signIn,
  prompts,
  problem: slot<PageErrorBody>(area, 'problem'),
  openTab: (url) => windows.openTab(url),
  after,
});
const pageRouter: Router<PageCall> = createRouter('page', pageHandlers);
const uiRouter: Router<void> = createRouter('ui', ownHandlers);
const servePage = createPagePorts({
  rules,
  router: pageRouter,
  jobs: createJobs({ now, after }),
  limit: createRateLimit({ count: 60, perMs: 10_000 }, now),
  admit: createAdmit({
    sites: baked?.sites ?? [],
    broker: () => setup.broker(),
    managed,
    current: () => session.current(),
  }),
  hello: () => events.current(),
});

const live = createLive({
  open: createEventSource(http),
  session,
  async isWanted() {
    const known = await session.known();
    if (!known) return false;
    const sites = known.policy.sites.map(({ origin }) => origin);
    return windows.hasTabAt([...new Set([...(baked?.sites ?? []), ...sites])]);
  },
  position: slot<string>(area, 'events-position'),
  alarm: recheck,
  sleep: (ms) => after(ms).elapsed,
  random: () => Math.random(),
  report: (error) => reportError(error),
});

function update(): void {
  void live.update().catch(reportError);
}

const report = (work: Promise<unknown>): void => void work.catch(reportError);

/** Where the organisation wants it, the browser's start is the moment to sign in. */
async function signInAtStart(): Promise<void> {
  const broker = await setup.broker();
  if (!(await managed()).sign_in_at_start || !broker || !(await setup.isReachable(broker))) return;
  if (!(await session.current())) await signIn.run();
}

function after(ms: number): Timer {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  return { elapsed: promise, cancel: () => clearTimeout(timer) };
}

browser.runtime.onConnect.addListener((connected) => {
  const port = connected as Port;
  if (connected.name === uiPortName) ui.serve(port);
  else if (connected.name === bridgePortName) {
    servePage(port);
    update();
  } else connected.disconnect();
});
windows.onClosed((windowId) => void prompts.windowClosed(windowId).catch(reportError));
recheck.onRing(update);
sites.onReachable(() => report(setup.resume()));
browser.runtime.onInstalled.addListener(() => report(setup.restore()));
browser.runtime.onStartup.addListener(() => {
  report(setup.restore());
  report(signInAtStart());
});
