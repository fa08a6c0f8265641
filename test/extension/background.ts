import { createBrokerCall } from '../../extension/background/broker-call.ts';
import { createBrokerClient } from '../../extension/background/broker-client.ts';
import { createEvents } from '../../extension/background/events.ts';
import { accessHandlers } from '../../extension/background/handlers/access.ts';
import { createInteractions } from '../../extension/background/handlers/interactions.ts';
import { sessionHandlers } from '../../extension/background/handlers/session.ts';
import { tokenHandlers } from '../../extension/background/handlers/token.ts';
import { createPrompts } from '../../extension/background/prompts.ts';
import { createProofs } from '../../extension/background/proofs.ts';
import { createSession, type Known } from '../../extension/background/session.ts';
import { type Attempt, createSignIn } from '../../extension/background/sign-in.ts';
import { createTokenCache } from '../../extension/background/token-cache.ts';
import { createTokens } from '../../extension/background/tokens.ts';
import type { Identity } from '../../extension/platform/identity.ts';
import { slot } from '../../extension/platform/slot.ts';
import { brokerUrl, createFakeBroker } from './fake-broker.ts';
import { memoryArea, memoryKeys } from './memory.ts';
import { fakeWindows } from './windows.ts';

const redirectUri = 'https://ext.chromiumapp.test/';

/** Where the provider sends the person back to, for what it was asked. */
export const redirectOf = (url: string, more: Record<string, string> = {}): string => {
  const asked = new URL(url).searchParams;
  const parameters = { state: asked.get('state') ?? '', code: 'c0de', iss: 'https://idp.test', ...more };
  return `${asked.get('redirect_uri')}?${new URLSearchParams(parameters)}`;
};

/** The background's parts around a fake broker, a memory and a clock that stands still until moved. */
export function createBackground(kept?: { area: ReturnType<typeof memoryArea>; keys: ReturnType<typeof memoryKeys> }) {
  const broker = createFakeBroker();
  const area = kept?.area ?? memoryArea();
  const keys = kept?.keys ?? memoryKeys();
  const clock = { ms: 1_700_000_000_000 };
  const now = () => clock.ms;
  const broadcasts: { ev: string; epoch: string; seq: number }[] = [];
  const window: Pick<Identity, 'launch' | 'launchSilently'> = {
    launch: async (url) => redirectOf(url),
    launchSilently: async (url) => redirectOf(url, { code: '', error: 'login_required' }),
  };
  let epochs = 0;
  const events = createEvents({
    state: slot(area, 'events'),
    newEpoch: () => {
      epochs += 1;
      return `epoch-${epochs}`;
    },
    broadcast: async (event) => void broadcasts.push(event),
    changed: () => undefined,
  });
  const client = createBrokerClient(
    createBrokerCall({
      broker: async () => brokerUrl,
      version: '1.2.3',
      key: () => keys.loadOrCreate(),
      nonce: slot(area, 'nonce'),
      fetch: (...request) => broker.fetch(...request),
      now,
    }),
  );
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
    identity: {
      redirectUri: () => redirectUri,
      launch: (url) => window.launch(url),
      launchSilently: (url) => window.launchSilently(url),
    },
    attempt,
    triedSilently: slot<number>(area, 'tried-silently'),
    lapsed: () => session.lapsed(),
    begin: (answer) => session.begin(answer),
    changed: () => undefined,
    sleep: async () => undefined,
    now,
  });
  const originKeys = new Map<string, ReturnType<typeof memoryKeys>>();
  const keysOf = (origin: string) => {
    const known = originKeys.get(origin) ?? memoryKeys();
    originKeys.set(origin, known);
    return known;
  };
  const proofs = createProofs({ keysOf, current: () => session.current(), now });
  const tokens = createTokens({ client, session, cache, events, bind: proofs.bind, now });
  const windows = fakeWindows();
  let prompted = 0;
  const prompts = createPrompts({
    area,
    windows,
    grant: ({ origin, resource, scopes }) => session.grant({ origin, resource, scope: scopes.join(' ') }),
    newId: () => {
      prompted += 1;
      return `prompt-${prompted}`;
    },
    now,
  });
  windows.onClosed((windowId) => void prompts.windowClosed(windowId));
  const interactions = createInteractions({ signIn, prompts, isTabActive: (tabId) => windows.isTabActive(tabId) });
  const handlers = {
    ...sessionHandlers({ session, interactions }),
    ...tokenHandlers({ session, tokens, proofs, interactions }),
    ...accessHandlers({ session }),
  };
  return {
    windows,
    prompts,
    interactions,
    handlers,
    broker,
    area,
    keys,
    clock,
    now,
    broadcasts,
    window,
    events,
    client,
    cache,
    attempt,
    session,
    signIn,
    tokens,
  };
}
