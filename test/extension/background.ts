import { accessHandlers } from '../../extension/background/handlers/access-handlers.ts';
import { createInteractions } from '../../extension/background/handlers/interactions.ts';
import { sessionHandlers } from '../../extension/background/handlers/session-handlers.ts';
import { tokenHandlers } from '../../extension/background/handlers/token-handlers.ts';
import { createConsentPrompts } from '../../extension/background/page/consent-prompts.ts';
import { createRateLimit } from '../../extension/background/page/rate-limit.ts';
import { createProfile, type ProfileDeps } from '../../extension/background/profiles/profile.ts';
import { firstProfile, type ProfileList } from '../../extension/background/profiles/profile-list.ts';
import { createProfiles, type Profiles } from '../../extension/background/profiles/profiles.ts';
import { createPageEvents } from '../../extension/background/session/page-events.ts';
import type { Attempt } from '../../extension/background/session/sign-in.ts';
import type { Identity } from '../../extension/platform/identity.ts';
import { partOf, storedValue } from '../../extension/platform/stored-value.ts';
import { createManagedPolicy } from '../../extension/protocol/managed-policy.ts';
import { brokerUrl, createFakeBroker } from './fake-broker.ts';
import { memoryArea, memoryKeysOf } from './memory.ts';
import { fakeWindows } from './windows.ts';

const redirectUri = 'https://ext.chromiumapp.test/';

/** Where the provider sends the person back to, for what it was asked. */
export const redirectOf = (url: string, more: Record<string, string> = {}): string => {
  const asked = new URL(url).searchParams;
  const parameters = { state: asked.get('state') ?? '', code: 'c0de', iss: 'https://idp.test', ...more };
  return `${asked.get('redirect_uri')}?${new URLSearchParams(parameters)}`;
};

/** What a background that was stopped, or whose browser was closed, finds again. */
interface Kept {
  area: ReturnType<typeof memoryArea>;
  disk: ReturnType<typeof memoryArea>;
  keysOf: ReturnType<typeof memoryKeysOf>;
}

/** The background's parts around a fake broker, a memory and a clock that stands still until moved. `session` and what goes with it are the first profile's. */
export function createBackground(kept: Partial<Kept> = {}, policy: Record<string, unknown> = {}) {
  const broker = createFakeBroker();
  const { area = memoryArea(), disk = memoryArea(), keysOf = memoryKeysOf() } = kept;
  const clock = { ms: 1_700_000_000_000 };
  const now = () => clock.ms;
  const broadcasts: { ev: string; epoch: string; seq: number }[] = [];
  const window: Pick<Identity, 'launch' | 'launchSilently'> = {
    launch: async (url) => redirectOf(url),
    launchSilently: async (url) => redirectOf(url, { code: '', error: 'login_required' }),
  };
  let epochs = 0;
  const windows = fakeWindows();
  const eventsOf = createPageEvents({
    state: storedValue(area, 'events'),
    newEpoch: () => {
      epochs += 1;
      return `epoch-${epochs}`;
    },
    broadcast: async (event) => void broadcasts.push(event),
    changed: () => void prompts.review(),
  });
  const deps: ProfileDeps = {
    area,
    keysOf,
    http: {
      broker: async () => brokerUrl,
      version: '1.2.3',
      nonce: storedValue(area, 'nonce'),
      fetch: (...request) => broker.fetch(...request),
      now,
    },
    identity: {
      redirectUri: () => redirectUri,
      launch: (url) => window.launch(url),
      launchSilently: (url) => window.launchSilently(url),
    },
    eventsOf,
    authorizing: (id, body) => profiles.authorizing(id, body),
    signedIn: (id, account) => profiles.signedIn(id, account),
    isSeen: async () => false,
    changed: () => undefined,
    sleep: async () => undefined,
    now,
    random: () => 1,
    report(error) {
      throw error;
    },
  };
  const first = createProfile(firstProfile, deps);
  // None that the background before has given.
  let made = kept.disk ? 10 : 0;
  const profiles: Profiles = createProfiles({
    kept: storedValue<ProfileList>(disk, 'list'),
    create: (id) => (id === firstProfile ? first : createProfile(id, deps)),
    managed: createManagedPolicy(async () => policy),
    newId: () => {
      made += 1;
      return `profile-${made}`;
    },
    report: deps.report,
  });
  let prompted = 0;
  const prompts = createConsentPrompts({
    area,
    windows,
    sessionOf: async (profile) => (await profiles.get(profile)).session,
    async given({ profile, origin }) {
      if ((await profiles.at(origin)).id !== profile) await profiles.choose(profile, origin);
    },
    newId: () => {
      prompted += 1;
      return `prompt-${prompted}`;
    },
    now,
  });
  windows.onClosed((windowId) => void prompts.windowClosed(windowId));
  const interactions = createInteractions({ prompts, isTabActive: (tabId) => windows.isTabActive(tabId) });
  const handlers = {
    ...sessionHandlers({ interactions, signOut: (id) => profiles.signOutForSite(id) }),
    ...tokenHandlers({ interactions }),
    ...accessHandlers({ limit: createRateLimit({ count: 3, perMs: 60_000 }, now) }),
  };
  return {
    windows,
    prompts,
    interactions,
    handlers,
    broker,
    area,
    disk,
    keysOf,
    keys: keysOf(firstProfile).session,
    clock,
    now,
    broadcasts,
    window,
    attempt: storedValue<Attempt>(partOf(area, `${firstProfile} `), 'sign-in'),
    profiles,
    events: first.events,
    cache: first.cache,
    session: first.session,
    signIn: first.signIn,
    tokens: first.tokens,
  };
}
