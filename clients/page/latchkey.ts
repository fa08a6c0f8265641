import type { AccessView, Goodbye, PageEvent, SessionView } from '@latchkey/shared/page-messages.ts';
import { createAuthorizedFetch, type Target } from './authorized-fetch.ts';
import { createChannel, patient, quick } from './channel.ts';
import type { FetchInit } from './fetch-init.ts';
import type { PageWindow } from './hello.ts';
import { onBridge } from './installed.ts';
import { type AccessToken, createTokens, type TokenOptions } from './tokens.ts';

/** The user's session, as this site may see it. */
export interface Session {
  signedIn: boolean;
  account?: SessionView['account'];
}

/**
 * The connection to the extension. Methods reject with a {@link LatchkeyError}: switch on its `code`. An aborted
 * `signal` rejects with the signal's reason.
 */
export interface Latchkey {
  /**
   * Gets an access token for a resource. A token in memory is reused while it is valid for at least `minTtl` seconds;
   * concurrent calls share one request.
   *
   * @param options which token; defaults come from `connect`
   * @throws {LatchkeyError} `invalid_request` if `resource` or `scopes` is missing
   * @throws {LatchkeyError} `not_signed_in`, `access_not_granted` or `step_up_required` if the user must act first;
   *   `interaction` says what they would be asked
   * @throws {LatchkeyError} `expired` after 30 s, or after 10 min with `interactive: 'if_needed'`
   * @example
   * const { token } = await lk.getToken({ resource: 'https://api.example.com', scopes: ['orders:read'] });
   * @example
   * button.onclick = () => lk.getToken({ scopes: ['orders:write'], interactive: 'if_needed' });
   */
  getToken(options?: TokenOptions): Promise<AccessToken>;
  /**
   * Calls `fetch` with an access token in `Authorization`. It sends the token only to the resource's own origin, adds a
   * DPoP proof if the token is bound to a key, and retries once if the API asks for a nonce, a newer token or a stronger
   * sign-in. A streamed body can't be sent again, so its 401 response is returned as it is.
   *
   * Pass it to libraries that accept a custom `fetch`.
   *
   * @param init the options of `fetch`, and which token to send
   * @returns the API's response, whatever its status
   * @throws {LatchkeyError} as `getToken`; `invalid_request` for a URL of another origin; `not_signed_in` if this site has another
   *   account by the time that a challenge is answered
   * @throws {TypeError} if the network request fails, as `fetch` does
   * @see RFC 6750 §2.1
   * @see RFC 9449 §7.1
   * @see RFC 9470 §3
   * @example
   * const response = await lk.fetch('https://api.example.com/v1/orders', { method: 'POST', body, scopes: ['orders:write'] });
   */
  fetch(input: RequestInfo | URL, init?: FetchInit): Promise<Response>;
  /**
   * Opens the extension's sign-in window, unless the user is signed in already. Call it in a click handler. Waits up to
   * 10 minutes.
   *
   * @returns the session after the sign-in
   * @throws {LatchkeyError} `user_denied` if the user closes the window, `expired` after 10 minutes
   * @example
   * button.onclick = async () => render(await lk.signIn());
   */
  signIn(): Promise<Session>;
  /**
   * Signs the user out of Latchkey, in every tab. Call it in a click handler.
   *
   * @throws {LatchkeyError} `invalid_request` outside a user gesture, `access_not_granted` or `user_denied` if this site
   *   has no access
   * @example
   * button.onclick = () => lk.signOut();
   */
  signOut(): Promise<void>;
  /**
   * Gets the current session. Opens no window.
   *
   * @throws {LatchkeyError} `expired` after 30 s
   * @example
   * const { signedIn, account } = await lk.session();
   */
  session(): Promise<Session>;
  /**
   * Lists the resources and scopes that this site can request, and which of them the user has granted.
   *
   * @throws {LatchkeyError} `not_signed_in`
   * @example
   * const access = await lk.access();
   */
  access(): Promise<AccessView[]>;
  /**
   * Removes the access that the user granted to this site.
   *
   * @param resource default: all resources
   * @throws {LatchkeyError} `not_signed_in`, or `busy` if the site does this several times a minute
   * @example
   * await lk.revoke('https://api.example.com');
   */
  revoke(resource?: string): Promise<void>;
  /**
   * Calls the listener when the session or this site's access may have changed. The event carries no data: call
   * `session()` or `access()` for the new state.
   *
   * @returns removes the listener
   * @example
   * const off = lk.on('session', async () => render(await lk.session()));
   */
  on(event: 'session' | 'access', listener: () => void): () => void;
  /**
   * Opens another port to the extension, for a dedicated or shared worker: transfer it, and pass it to `connectPort`
   * there. The port works as long as this page is open, and its holder acts as this page.
   *
   * @throws {LatchkeyError} `not_installed`
   * @example
   * const port = await lk.port();
   * worker.postMessage({ port }, [port]);
   */
  port(): Promise<MessagePort>;
  /**
   * Ends this connection: its listeners are called no more. If it is the last one of the document, the tokens in memory
   * are discarded, and the extension forgets the page. Calls in progress are still answered.
   *
   * @example
   * lk.close();
   */
  close(): void;
}

export interface ConnectionOptions {
  /** The page's window, or a worker's global scope. */
  window: Pick<PageWindow, 'addEventListener'>;
  /** Finds the bridge. Called again when the last port is dead. */
  open: () => Promise<MessagePort>;
  target: Target;
}

/**
 * Creates the document's one channel to the extension, which opens with the first connection. All connections share its
 * tokens.
 *
 * @returns connects: takes the default options, and throws whatever `open` throws
 */
export function createConnection({ window, open, target }: ConnectionOptions) {
  const events = new EventTarget();
  const connected = new Set<Latchkey>();
  let epoch: string | undefined;

  const onEvent = (event: PageEvent | Goodbye) => {
    const { ev } = event;
    if (ev === 'bye' || event.epoch !== epoch) tokens.drop();
    epoch = event.epoch;
    // After a goodbye, any event may be missed.
    for (const type of ev === 'bye' ? ['session', 'access'] : [ev]) events.dispatchEvent(new Event(type));
  };
  const channel = createChannel(open, onEvent);
  const tokens = createTokens(channel);
  const authorizedFetch = createAuthorizedFetch(tokens, channel, target);

  /** Events were missed, and the port may be dead. */
  const renew = () => {
    channel.leave(true);
    onEvent({ ev: 'bye' });
  };
  // Restored from the back/forward cache. Workers don't get this event. A server has no window, and `open` says so.
  window?.addEventListener('pageshow', ({ persisted }: PageTransitionEvent) => {
    if (persisted) renew();
  });
  // A new bridge: the extension was updated, and the port to the old one is dead.
  onBridge(window, renew);

  const session = async (method: 'session.get' | 'session.sign_in', deadlineMs: number): Promise<Session> => {
    const { signed_in, account } = await channel.call(method, {}, deadlineMs);
    return { signedIn: signed_in, account };
  };

  return async (defaults: TokenOptions & Pick<FetchInit, 'fetch'>): Promise<Latchkey> => {
    await channel.ready();
    const own = new AbortController();
    const lk: Latchkey = {
      getToken: (options) => tokens.get({ ...defaults, ...options }),
      fetch: (input, init) => authorizedFetch(input, { ...defaults, ...init }),
      signIn: () => session('session.sign_in', patient),
      signOut: async () => {
        await channel.call('session.sign_out', {}, patient);
      },
      session: () => session('session.get', quick),
      access: async () => (await channel.call('access.list', {}, quick)).access,
      revoke: async (resource) => {
        await channel.call('access.revoke', { resource }, quick);
      },
      on(event, listener) {
        const call = () => listener();
        // A controller is an options object, too: its `signal` removes the listener.
        events.addEventListener(event, call, own);
        return () => events.removeEventListener(event, call);
      },
      port: open,
      close() {
        own.abort();
        connected.delete(lk);
        if (connected.size) return;
        tokens.drop();
        channel.leave();
      },
    };
    connected.add(lk);
    return lk;
  };
}
