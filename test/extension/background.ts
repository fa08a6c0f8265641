import type { PageEvent } from '@latchkey/shared/page-protocol.ts';
import { accountHeader } from '@latchkey/shared/session-api.ts';
import * as v from 'valibot';
import { seenActivity } from '../../extension/background/activity/news.ts';
import { composeBackground } from '../../extension/background/compose.ts';
import { firstProfile, profileList } from '../../extension/background/profiles/profile-list.ts';
import { storedAttempts } from '../../extension/background/session/attempts.ts';
import { chosenBroker } from '../../extension/background/setup.ts';
import type { Identity } from '../../extension/platform/identity.ts';
import type { Sites } from '../../extension/platform/sites.ts';
import { partOf, storedValue } from '../../extension/platform/stored-value.ts';
import { storedProblem } from '../../extension/protocol/problem.ts';
import { brokerUrl, createFakeBroker, shop } from './fake-broker.ts';
import { memoryArea, memoryKeysOf } from './memory.ts';
import { fakeWindows } from './windows.ts';

const redirectUri = 'https://ext.chromiumapp.test/';

/** The provider's redirect for an authorization request. */
export const redirectOf = (url: string, more: Record<string, string> = {}): string => {
  const asked = new URL(url).searchParams;
  const parameters = { state: asked.get('state') ?? '', code: 'c0de', iss: 'https://idp.test', ...more };
  return `${asked.get('redirect_uri')}?${new URLSearchParams(parameters)}`;
};

/** A baked build's sites, which are reachable from the start. */
const openSites: Sites = {
  isReachable: async () => true,
  reachable: async () => [],
  register: async () => undefined,
  inject: async () => undefined,
  hasBridge: async () => true,
  giveUp: async () => undefined,
  onReachable: () => undefined,
  onUnreachable: () => undefined,
};

/** The state that survives when the browser stops the background, or is closed. */
interface Kept {
  area: ReturnType<typeof memoryArea>;
  disk: ReturnType<typeof memoryArea>;
  keysOf: ReturnType<typeof memoryKeysOf>;
}

/** The background with a fake broker, in-memory storage and a manual clock. `session` is that of the first profile. */
export function createBackground(kept: Partial<Kept> = {}, policy: Record<string, unknown> = {}) {
  const broker = createFakeBroker();
  const { area = memoryArea(), disk = memoryArea(), keysOf = memoryKeysOf() } = kept;
  const clock = { ms: 1_700_000_000_000 };
  const now = () => clock.ms;
  const broadcasts: PageEvent[] = [];
  const window: Pick<Identity, 'launch' | 'launchSilently'> = {
    launch: async (url) => redirectOf(url),
    launchSilently: async (url) => redirectOf(url, { code: '', error: 'login_required' }),
  };
  /** The account that the last call to each endpoint named. */
  const accountsTold = new Map<string, string | null>();
  const windows = Object.assign(fakeWindows(), {
    /** The events that the shop's pages would get. */
    broadcast: async (eventFor: (origin: string) => Promise<object>, isFor: (origin: string) => boolean) => {
      if (!isFor(shop)) return;
      const heard = {} as PageEvent;
      broadcasts.push(heard);
      Object.assign(heard, await eventFor(shop));
    },
    // No event stream here. It has its own tests.
    hasTabAt: async () => false,
  });
  // A background that restarts must not reuse an ID.
  const given = { profile: kept.disk ? 10 : 0, epoch: 0, prompt: 0 };
  const background = composeBackground({
    baked: { broker: brokerUrl, sites: [] },
    extensionId: 'extension-id',
    ownOrigin: 'chrome-extension://extension-id',
    version: '1.2.3',
    language: 'de',
    area,
    chosenBroker: storedValue(disk, 'broker', chosenBroker),
    profileList: storedValue(disk, 'list', profileList),
    lastProvider: storedValue(disk, 'provider', v.string()),
    seenActivity: storedValue(disk, 'seen-activity', seenActivity),
    keysOf,
    profilesWithKeys: () => keysOf.profiles(),
    identity: {
      redirectUri: () => redirectUri,
      launch: (url) => window.launch(url),
      launchSilently: (url) => window.launchSilently(url),
      hasWindow: () => false,
      showWindow: async () => undefined,
      closeWindow: async () => undefined,
      onWindow: () => undefined,
    },
    sites: openSites,
    windows,
    recheck: { start: async () => undefined, stop: async () => undefined },
    readManagedStorage: async () => policy,
    showIcon: async () => undefined,
    iconTitle: (standing) => standing,
    openWelcome: async () => undefined,
    fetch(input, init) {
      const { method, url, headers } = new Request(input, init);
      accountsTold.set(`${method} ${new URL(url).pathname}`, headers.get(accountHeader));
      return broker.fetch(input, init);
    },
    now,
    random: () => 1,
    newId(what) {
      given[what] += 1;
      return `${what}-${given[what]}`;
    },
    after: () => ({ elapsed: Promise.resolve(), cancel: () => undefined }),
    report(error) {
      throw error;
    },
  });
  windows.onClosed(background.windowClosed);
  const { profiles, profileOf, prompts, choices, interactions, pageHandlers: handlers, news } = background.parts;
  const first = profileOf(firstProfile);
  return {
    policyChanged: background.policyChanged,
    windows,
    prompts,
    choices,
    interactions,
    handlers,
    news,
    broker,
    area,
    disk,
    keysOf,
    keys: keysOf(firstProfile).session,
    clock,
    now,
    broadcasts,
    accountsTold,
    window,
    /** The stored sign-ins of the first profile. */
    signIns: storedValue(partOf(area, `${firstProfile} `), 'sign-in', storedAttempts),
    problem: storedValue(area, 'problem', storedProblem),
    profiles,
    events: first.events,
    cache: first.cache,
    session: first.session,
    signIn: first.signIn,
    tokens: first.tokens,
  };
}
