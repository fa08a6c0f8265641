import type { AccessView, PageEvent, SessionView } from '@latchkey/shared/page-messages.ts';
import type { Clock } from '@latchkey/shared/time.ts';
import { createAuthorizedFetch } from './authorized-fetch.ts';
import { createChannel, patient, quick } from './channel.ts';
import type { FetchInit } from './fetch-init.ts';
import type { PageWindow } from './hello.ts';
import { type AccessToken, createTokens, type TokenOptions } from './tokens.ts';

export interface Session {
  signedIn: boolean;
  account?: SessionView['account'];
}

/** The extension, as this page sees it. Every method rejects with a `LatchkeyError`, whose `code` to switch on. */
export interface Latchkey {
  /** A token for a resource; from memory while it is good for `minTtl` seconds. */
  getToken(options?: TokenOptions): Promise<AccessToken>;
  /** `fetch` with the token; only to the resource's own origin. A drop-in for libraries that take a `fetch`. */
  fetch(input: RequestInfo | URL, init?: FetchInit): Promise<Response>;
  /** Asks the person to sign in, in a window of the extension. Call it from the handler of a click. */
  signIn(): Promise<Session>;
  /** Signs the person out of Latchkey, in every tab. Call it from the handler of a click. */
  signOut(): Promise<void>;
  session(): Promise<Session>;
  /** What this site may ask for, and what of it the person has granted. */
  access(): Promise<AccessView[]>;
  /** Takes back what the person granted to this site: for one resource, or all. */
  revoke(resource?: string): Promise<void>;
  /** Called when the session, or this site's access, may have changed: ask again with `session()`, `access()`. */
  on(event: 'session' | 'access', listener: () => void): () => void;
  /**
   * Another port to the extension, for a dedicated or shared worker of this page: transfer it, and give it to
   * `connectPort` there. It lives as long as the page, and whoever has it asks as the page.
   */
  port(): Promise<MessagePort>;
}

export interface LatchkeyOptions {
  defaults: TokenOptions;
  /** The page's, or a worker's global scope. */
  window: Pick<PageWindow, 'location' | 'addEventListener'>;
  /** Finds the bridge, and finds it again when the port of the last time is dead. */
  open: () => Promise<MessagePort>;
  fetch: typeof fetch;
  now: Clock;
}

/** @throws {LatchkeyError} what `open` throws */
export async function createLatchkey({ defaults, window, open, fetch, now }: LatchkeyOptions): Promise<Latchkey> {
  const listeners = { session: new Set<() => void>(), access: new Set<() => void>() };
  let epoch: string | undefined;

  const onEvent = (event: Pick<PageEvent, 'ev' | 'epoch'>) => {
    if (event.epoch !== epoch) tokens.drop();
    epoch = event.epoch;
    for (const listener of listeners[event.ev] ?? []) listener();
  };

  const channel = createChannel({ port: await open(), open, onEvent });
  const tokens = createTokens({ channel, now });
  const authorizedFetch = createAuthorizedFetch({ tokens, channel, fetch, now, base: () => window.location.href });

  // Back from the back/forward cache: events were missed, and the port may be dead. (Workers have no such event.)
  window.addEventListener('pageshow', ({ persisted }: PageTransitionEvent) => {
    if (!persisted) return;
    tokens.drop();
    channel.probe();
    for (const listener of [...listeners.session, ...listeners.access]) listener();
  });

  const toSession = ({ signed_in, account }: SessionView): Session => ({ signedIn: signed_in, account });

  return {
    getToken: (options) => tokens.get({ ...defaults, ...options }),
    fetch: (input, init) => authorizedFetch(input, { ...defaults, ...init }),
    signIn: async () => toSession(await channel.call('session.sign_in', {}, patient)),
    signOut: async () => {
      await channel.call('session.sign_out', {}, patient);
    },
    session: async () => toSession(await channel.call('session.get', {}, quick)),
    access: async () => (await channel.call('access.list', {}, quick)).access,
    revoke: async (resource) => {
      await channel.call('access.revoke', { resource }, quick);
    },
    on: (event, listener) => {
      listeners[event].add(listener);
      return () => void listeners[event].delete(listener);
    },
    port: open,
  };
}
