import {
  type AccessToken,
  type AccessView,
  connect,
  type FetchInit,
  type Latchkey,
  LatchkeyError,
  type Session,
  type TokenOptions,
  whenInstalled,
} from '@latchkey/page';
import { retrying } from './retrying-fetch.ts';
import { retryAfter } from './worth-retrying.ts';

/**
 * - `loading`: not known yet; on a server always
 * - `not_installed`: the extension is missing, or turned off for this site. The state changes when that ends
 * - `unsupported`: a frame, or a page without HTTPS
 * - `signed_out`: nobody is signed in
 * - `not_connected`: the person has not granted this site what the app names
 * - `ready`: tokens can be had without asking
 * - `failed`: `error` says why. What can end by itself is tried again
 */
export type State = 'loading' | 'not_installed' | 'unsupported' | 'signed_out' | 'not_connected' | 'ready' | 'failed';

/** What a page knows about the person and its access. A new object after each change. */
export interface Snapshot {
  state: State;
  /** Who is signed in. Only sites that have some access learn it. */
  account?: Session['account'];
  /** What this site has, and what it may ask for. */
  access: readonly AccessView[];
  /** Why the state is `failed`, or why the last action failed. */
  error?: LatchkeyError | undefined;
}

/**
 * What buttons do. They never reject: what went wrong is in `error`. Call them in a click handler, because a window
 * may open.
 */
export interface Actions {
  /** Opens the sign-in window. */
  signIn(): Promise<void>;
  /** Signs the person out of Latchkey, in every tab and for every site. */
  signOut(): Promise<void>;
  /** Asks the person to grant this site the app's resource and scopes. */
  connect(): Promise<void>;
  /** Looks again, after `failed`. */
  retry(): Promise<void>;
}

/** The access that a part of an app needs. Default: the app's resource and scopes. */
export type Wanted = Pick<TokenOptions, 'resource' | 'scopes'>;
export type Store = ReturnType<typeof createStore>;

export const unknown: Snapshot = { state: 'loading', access: [] };

/** The states that an error stands for; all others are `failed`. */
const states: Partial<Record<LatchkeyError['code'], State>> = {
  not_installed: 'not_installed',
  unsupported: 'unsupported',
  not_signed_in: 'signed_out',
};

export const isGranted = (access: readonly AccessView[], { resource, scopes = [] }: Wanted): boolean =>
  access.some((row) => row.granted && row.resource === resource && scopes.every((scope) => row.scopes.includes(scope)));

/** @returns the state that keeps a page from some access; `undefined` if it has it */
export const lacking = ({ state, access }: Snapshot, wanted: Wanted): Exclude<State, 'ready'> | undefined => {
  if (isGranted(access, wanted)) return undefined;
  // What the app names is there, but here more is needed.
  return state === 'ready' ? 'not_connected' : state;
};

/** What stores do when the extension arrives, as long as they are started. */
const waiting = new Set<() => void>();
/** One listener for the whole document, because it can't be removed. */
let isListening = false;
const listen = () => {
  if (isListening) return;
  isListening = true;
  void whenInstalled().then(() => {
    isListening = false;
    for (const arrived of waiting) arrived();
  });
};

/**
 * Follows the extension's state for one app, or one part of it. Connects to nothing before `start`, so that it can be
 * created on a server.
 *
 * @param defaults of every call; `resource` and `scopes` are what the page needs at least
 */
export function createStore(defaults: TokenOptions) {
  const listeners = new Set<() => void>();
  let snapshot = unknown;
  let connection: Promise<Latchkey> | undefined;
  /** How many have started it and not stopped. */
  let started = 0;
  /** Counts the looks at the extension. Only the newest one's result is shown. */
  let looks = 0;
  let reading: Promise<Snapshot> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const set = (next: Snapshot) => {
    snapshot = next;
    for (const listener of listeners) listener();
  };

  const open = (): Promise<Latchkey> => {
    connection ??= connect(defaults).then(
      (lk) => {
        lk.on('session', look);
        lk.on('access', look);
        return lk;
      },
      (error) => {
        connection = undefined;
        throw error;
      },
    );
    return connection;
  };

  const read = async (): Promise<Snapshot> => {
    const lk = await open();
    const { signedIn, account } = await lk.session();
    if (!signedIn) return { state: 'signed_out', access: [] };
    const access = await lk.access();
    return { state: isGranted(access, defaults) ? 'ready' : 'not_connected', account, access };
  };

  /** @param quiet whether to tell nobody where nothing has changed. After an event, tokens may be others all the same */
  const look = async (quiet?: boolean): Promise<void> => {
    if (!started) return;
    looks += 1;
    const mine = looks;
    listen();
    // `connect`, `session` and `access` throw nothing else.
    reading = read().catch((error: LatchkeyError): Snapshot => {
      const state = states[error.code] ?? 'failed';
      return { state, access: [], ...(state === 'failed' && { error }) };
    });
    const next = await reading;
    if (mine !== looks || !started) return;
    clearTimeout(timer);
    const wait = retryAfter(next.error, 5_000);
    if (wait !== undefined) timer = setTimeout(look, wait);
    // What says nothing new must not take away why the last click failed.
    const shown = next.state === snapshot.state ? { error: snapshot.error, ...next } : next;
    if (!quiet || JSON.stringify(shown) !== JSON.stringify(snapshot)) set(shown);
  };

  /** A question that still waits for its answer may have been asked too early for the extension to hear it. */
  const arrived = () => void reading?.then(() => look());

  const act = (what: (lk: Latchkey) => unknown) => async (): Promise<void> => {
    set({ ...snapshot, error: undefined });
    try {
      await what(await open());
    } catch (error) {
      if (!(error instanceof LatchkeyError)) throw error;
      return set({ ...snapshot, error });
    }
    await look();
  };

  /** Asks for access to something else than `defaults` name. */
  const request = (wanted?: Wanted) => act((lk) => lk.getToken({ ...wanted, interactive: 'if_needed' }))();

  const send = async (input: RequestInfo | URL, init?: FetchInit): Promise<Response> =>
    (await open()).fetch(input, init);

  const actions: Actions = {
    signIn: act((lk) => lk.signIn()),
    signOut: act((lk) => lk.signOut()),
    connect: () => request(),
    retry: () => look(),
  };

  return {
    defaults,
    actions,
    request,
    getToken: async (options: TokenOptions): Promise<AccessToken> => (await open()).getToken(options),
    fetch: retrying(send, () => defaults.profile ?? snapshot.account?.sub),
    snapshot: () => snapshot,
    /** @returns stops calling the listener */
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    /** @returns stops. A start right after it, as React's StrictMode does, goes on with the same connection */
    start() {
      started += 1;
      waiting.add(arrived);
      void look();
      // A tab that nobody looked at may have missed an update or the removal of the extension.
      const shown = () => void (document.hidden || look(true));
      document.addEventListener('visibilitychange', shown);
      return () => {
        started -= 1;
        document.removeEventListener('visibilitychange', shown);
        setTimeout(() => {
          if (started) return;
          waiting.delete(arrived);
          clearTimeout(timer);
          connection?.then(
            (lk) => lk.close(),
            () => undefined,
          );
          connection = undefined;
        });
      };
    },
  };
}
