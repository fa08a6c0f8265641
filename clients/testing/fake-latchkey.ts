import type { PageErrorBody, PageErrorCode } from '@latchkey/shared/errors.ts';
import type {
  PageEvent,
  PageMethod,
  PageParameters,
  PageResults,
  SessionView,
} from '@latchkey/shared/page-messages.ts';

type Account = NonNullable<SessionView['account']>;
type Failure = Partial<PageErrorBody> & { code: PageErrorCode };
type Request = { [M in PageMethod]: { id: string; m: M; p: PageParameters[M] } }[PageMethod];

export interface FakeLatchkeyOptions {
  /** The page's window. Default: the global one of jsdom or happy-dom. */
  window?: Window & typeof globalThis;
  /** Whether the extension is in the page from the start. Default: true. */
  installed?: boolean;
  /** Who is signed in. Default: nobody. */
  account?: Account;
  /** Who signs in when the page asks for it. Default: Ada Lovelace. */
  visitor?: Account;
  /** What the site may ask for: scopes by resource. */
  offered?: Readonly<Record<string, readonly string[]>>;
  /** What the person has granted. Default: nothing. */
  granted?: Readonly<Record<string, readonly string[]>>;
  /** How long tokens live, in seconds. Default: 300. */
  lifetimeSeconds?: number;
}

/**
 * Stands in for the extension. The page runs the real `@latchkey/page`, which finds this instead of the extension's
 * content script. It answers at once, and takes time from the global timers and clock, so fake timers control both.
 *
 * It decides nothing that a broker decides: no policy, no step-up, no bound tokens. Say what fails with `fail`.
 *
 * @example
 * const latchkey = fakeLatchkey({ offered: { [api]: ['orders:read'] } });
 * render(<App />);
 * latchkey.signIn();
 * latchkey.grant(api, ['orders:read']);
 * latchkey.fail('token.get', 'offline');
 * afterEach(() => latchkey.close());
 */
// Uses nothing from outside of itself, because `initScript` sends its source to a browser.
export function fakeLatchkey(options: FakeLatchkeyOptions = {}) {
  const ada = { sub: 'ada', name: 'Ada Lovelace', email: 'ada@example.com' };
  const helloKind = 'latchkey:hello';
  const hereKind = 'latchkey:here';
  const { window = globalThis.window, visitor = ada, offered = {}, lifetimeSeconds = 300 } = options;
  let { installed = true, account } = options;
  const granted = new Map(Object.entries(options.granted ?? {}).map(([name, scopes]) => [name, new Set(scopes)]));
  const ports = new Set<MessagePort>();
  const failures = new Map<PageMethod, Failure>();
  const requests: Request[] = [];
  let answer: 'allow' | 'deny' = 'allow';
  let count = 0;
  let goodbyes = 0;

  const refuse = (failure: Failure): never => {
    throw { message: `The fake extension says ${failure.code}.`, ...failure };
  };
  const tell = (ev: PageEvent['ev']) => {
    count += 1;
    for (const port of ports) port.postMessage({ ev, epoch: String(count) } satisfies PageEvent);
  };
  const has = (resource: string, scopes: readonly string[]) =>
    scopes.every((scope) => granted.get(resource)?.has(scope)) && granted.has(resource);
  const grant = (resource: string, scopes: readonly string[]) => {
    granted.set(resource, new Set([...(granted.get(resource) ?? []), ...scopes]));
    tell('access');
  };
  const session = (): SessionView =>
    account ? { signed_in: true, ...(granted.size > 0 && { account }) } : { signed_in: false };
  const signIn = (who: Account = visitor) => {
    account = who;
    tell('session');
  };

  const handlers: { [M in PageMethod]?: (parameters: PageParameters[M]) => PageResults[M] } = {
    'session.get': session,
    'session.sign_in': () => {
      if (answer === 'deny') refuse({ code: 'user_denied' });
      signIn();
      return session();
    },
    'session.sign_out': () => {
      account = undefined;
      tell('session');
      return {};
    },
    'access.list': () => {
      if (!account) refuse({ code: 'not_signed_in', interaction: 'sign_in' });
      const names = new Set([...Object.keys(offered), ...granted.keys()]);
      const rows = [...names].flatMap((resource) => {
        const held = [...(granted.get(resource) ?? [])];
        const open = (offered[resource] ?? []).filter((scope) => !held.includes(scope));
        return [
          { resource, name: resource, scopes: held, granted: true, urls: [resource] },
          { resource, name: resource, scopes: open, granted: false, urls: [resource] },
        ].filter(({ scopes }) => scopes.length > 0);
      });
      return { access: rows };
    },
    'access.revoke': ({ resource }) => {
      for (const name of resource === undefined ? [...granted.keys()] : [resource]) granted.delete(name);
      tell('access');
      return {};
    },
    'token.get': ({ resource, scopes, also = [], interactive, profile }) => {
      if (!account && interactive === 'if_needed' && answer === 'allow') signIn();
      else if (!account) refuse({ code: 'not_signed_in', interaction: 'sign_in' });
      if (profile !== undefined && profile !== account?.sub) refuse({ code: 'not_signed_in' });
      if (!has(resource, scopes)) {
        const delta = scopes.filter((scope) => !granted.get(resource)?.has(scope));
        if (interactive === 'never') refuse({ code: 'access_not_granted', interaction: 'consent', delta });
        if (answer === 'deny') refuse({ code: 'user_denied' });
        for (const asked of [{ resource, scopes }, ...also]) grant(asked.resource, asked.scopes);
      }
      count += 1;
      const access_token = `token-${count}-of-${account?.sub}`;
      return { access_token, token_type: 'Bearer', expires_in: lifetimeSeconds, scope: scopes.join(' '), resource };
    },
  };

  const serve = (port: MessagePort, request: Request) => {
    requests.push(request);
    const head = { v: 1, id: request.id };
    try {
      const failure = failures.get(request.m);
      if (failure) refuse(failure);
      const handle = handlers[request.m] as ((parameters: unknown) => unknown) | undefined;
      if (!handle) refuse({ code: 'unsupported' });
      const r = handle?.(request.p);
      port.postMessage({ ...head, ok: true, r });
    } catch (e) {
      port.postMessage({ ...head, ok: false, e });
    }
  };

  // Jest's jsdom hides Node's MessageChannel, but every browser has one.
  const { process } = globalThis as {
    process?: { getBuiltinModule(name: string): Pick<typeof globalThis, 'MessageChannel'> };
  };
  const supplied =
    globalThis.MessageChannel === undefined
      ? (process?.getBuiltinModule('node:worker_threads').MessageChannel as typeof MessageChannel | undefined)
      : undefined;
  if (supplied) globalThis.MessageChannel = supplied;
  const { postMessage } = window;
  const knock = (data: { source?: string; nonce?: string }, ...rest: unknown[]) => {
    if (data?.source !== helloKind) return Reflect.apply(postMessage, window, [data, ...rest]);
    const [port] = (rest[1] ?? []) as MessagePort[];
    if (!installed || !port) return;
    ports.add(port);
    port.onmessage = ({ data: message }: MessageEvent<Request | PageEvent>) => {
      if ('ev' in message) {
        goodbyes += 1;
        ports.delete(port);
        port.close();
      } else serve(port, message);
    };
    port.postMessage({ ready: true, nonce: data.nonce, v: 1 });
  };
  window.postMessage = knock as typeof window.postMessage;
  const secure = Object.getOwnPropertyDescriptor(window, 'isSecureContext');
  Object.defineProperty(window, 'isSecureContext', { value: true, configurable: true });

  const leave = () => {
    installed = false;
    for (const port of ports) {
      port.postMessage({ ev: 'bye' });
      port.close();
    }
    ports.clear();
  };

  return {
    /** What the page has asked, oldest first. */
    requests: requests as readonly Request[],
    /** How many ports the page has open now, and how many it has given up. */
    connections: () => ({ open: ports.size, closed: goodbyes }),
    /** The extension comes: installed, updated, or turned on for this site. */
    install() {
      installed = true;
      const message = Object.assign(new window.Event('message'), { data: { source: hereKind }, source: window });
      window.dispatchEvent(message);
    },
    /** The extension goes: removed, or turned off for this site. */
    uninstall: leave,
    /** Somebody signs in, in another tab or in the popup. */
    signIn,
    /** Somebody signs out elsewhere. */
    signOut() {
      account = undefined;
      tell('session');
    },
    /** The person grants scopes elsewhere. */
    grant,
    /** The person takes back what they granted, of one resource or of all. */
    revoke: (resource?: string) => void handlers['access.revoke']?.({ resource }),
    /** What the person says when they are asked. Default: `allow`. */
    personSays(next: 'allow' | 'deny') {
      answer = next;
    },
    /** Every call of a method fails, until `recover`. */
    fail(method: PageMethod, failure: PageErrorCode | Failure) {
      failures.set(method, typeof failure === 'string' ? { code: failure } : failure);
    },
    /** Nothing fails any more. */
    recover: () => failures.clear(),
    /** Gives the window back, and takes back the `MessageChannel` if it was supplied. */
    close() {
      leave();
      if (supplied && globalThis.MessageChannel === supplied) Reflect.deleteProperty(globalThis, 'MessageChannel');
      window.postMessage = postMessage;
      if (secure) Object.defineProperty(window, 'isSecureContext', secure);
      else Reflect.deleteProperty(window, 'isSecureContext');
    },
  };
}

export type FakeLatchkey = ReturnType<typeof fakeLatchkey>;
