import type { Account, UpstreamsAnswer } from '@latchkey/shared/session-api.ts';
import type { AuthorizeRequest } from '@latchkey/shared/session-requests.ts';
import type { Clock } from '@latchkey/shared/time.ts';
import * as v from 'valibot';
import type { Identity } from '../../platform/identity.ts';
import type { ProfileKeys } from '../../platform/keys.ts';
import { type Area, partOf, type StoredValue, storedValue } from '../../platform/stored-value.ts';
import type { Problem } from '../../protocol/problem.ts';
import {
  type BrokerCall,
  type BrokerCallDeps,
  createBrokerCall,
  createEventStreamCall,
} from '../broker/broker-call.ts';
import { type BrokerClient, createBrokerClient } from '../broker/broker-client.ts';
import { createAttempts, storedAttempts } from '../session/attempts.ts';
import { createEventStream, type EventStream, type EventStreamDeps } from '../session/event-stream.ts';
import type { PageEvents } from '../session/page-events.ts';
import { eventId } from '../session/server-events.ts';
import { createSession, knownSession, type Session } from '../session/session.ts';
import { createSignIn, type SignIn } from '../session/sign-in.ts';
import { createProofs, type Proofs } from '../tokens/proofs.ts';
import { createTokenCache, type TokenCache } from '../tokens/token-cache.ts';
import { createTokens, type Tokens } from '../tokens/tokens.ts';

/** One account at one provider: its keys, its cookie (whose name depends on the key), its session and its tokens. */
export interface Profile {
  id: string;
  session: Session;
  signIn: SignIn;
  /** Runs the first step of a sign-in, to check whether a sign-in can start. */
  authorize: BrokerClient['authorize'];
  tokens: Tokens;
  /** The cache behind `tokens`. */
  cache: TokenCache;
  proofs: Proofs;
  events: PageEvents;
  /** Receives the broker's events about the session. */
  eventStream: EventStream;
  /** Asks the broker for its providers and its organization. */
  upstreams(): Promise<UpstreamsAnswer>;
  /** For endpoints whose answers the extension's pages check. */
  call: BrokerCall;
}

/** Dependencies that all profiles share. */
export interface ProfileDeps extends Pick<EventStreamDeps, 'random' | 'report'> {
  /** In memory. Each profile has its own section. */
  area: Area;
  keysOf(profile: string): ProfileKeys;
  http: Omit<BrokerCallDeps, 'key' | 'account'>;
  identity: Identity;
  eventsOf(profile: string): PageEvents;
  /** Adds provider and login hint to a sign-in of this profile, if they are known. */
  authorizing(profile: string, body: AuthorizeRequest): Promise<AuthorizeRequest>;
  /** The latest problem, for the popup. */
  problem: StoredValue<Problem>;
  /** A user signed in. Runs before any part of the new session is visible. */
  signedIn(profile: string, account: Account): Promise<void>;
  /** The broker has news for a profile's user. */
  announced(profile: string, event: Parameters<EventStreamDeps['announced']>[0]): void;
  /** Whether a tab is open at one of these sites, and the site has this profile. */
  isSeen(profile: string, sites: readonly string[]): Promise<boolean>;
  /** Notifies the extension's pages that a sign-in started or ended. */
  changed(): void;
  sleep(ms: number): Promise<void>;
  now: Clock;
}

/** Creates a profile. It shares no state with other profiles. */
export function createProfile(id: string, deps: ProfileDeps): Profile {
  const { identity, changed, sleep, now, random, report } = deps;
  const area = partOf(deps.area, `${id} `);
  const keys = deps.keysOf(id);
  const events = deps.eventsOf(id);
  const http: BrokerCallDeps = {
    ...deps.http,
    key: () => keys.session.loadOrCreate(),
    account: async () => (await session.known())?.account.sub,
  };
  const call = createBrokerCall(http);
  const endpoints = createBrokerClient(call, http.broker);
  const client: BrokerClient = {
    ...endpoints,
    authorize: async (body, trace) => endpoints.authorize(await deps.authorizing(id, body), trace),
  };
  const cache = createTokenCache({ area, now });
  const attempts = createAttempts(storedValue(area, 'sign-in', storedAttempts), now);
  const session = createSession({
    client,
    keys: keys.session,
    known: storedValue(area, 'session', knownSession),
    tokens: cache,
    events,
    signedIn: (account) => deps.signedIn(id, account),
    signingIn: async () => (await attempts.all()).length > 0,
    now,
  });
  const signIn = createSignIn({
    client,
    identity,
    attempts,
    broker: http.broker,
    problem: deps.problem,
    triedSilently: storedValue(area, 'tried-silently', v.number()),
    lapsed: () => session.lapsed(),
    begin: (answer, silentFor) => session.begin(answer, silentFor),
    changed,
    sleep,
    now,
  });
  const proofs = createProofs({ keysOf: keys.ofOrigin, current: () => session.current(), now });
  const tokens = createTokens({ client, broker: http.broker, session, cache, events, bind: proofs.bind, now });
  const eventStream = createEventStream({
    open: createEventStreamCall(http),
    session,
    announced: (event) => deps.announced(id, event),
    async isWanted() {
      const known = await session.known();
      return (
        known !== undefined &&
        deps.isSeen(
          id,
          known.policy.sites.map(({ origin }) => origin),
        )
      );
    },
    position: storedValue(area, 'events-position', eventId),
    sleep,
    random,
    report,
  });
  const { authorize } = client;
  return {
    id,
    session,
    signIn,
    authorize,
    tokens,
    cache,
    proofs,
    events,
    eventStream,
    upstreams: () => client.upstreams(),
    call,
  };
}
