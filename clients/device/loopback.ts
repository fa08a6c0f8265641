import { createServer, type Server as HttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isWebUrl } from '@latchkey/shared/origin.ts';
import { sleep as realSleep, type Sleep } from '@latchkey/shared/sleep.ts';
import type { Clock } from '@latchkey/shared/time.ts';
import {
  authorizationCodeGrantRequest,
  calculatePKCECodeChallenge,
  generateRandomCodeVerifier,
  generateRandomState,
  processAuthorizationCodeResponse,
  validateAuthResponse,
} from 'oauth4webapi';
import { DeviceError } from './device-error.ts';
import { discover, type Server, type ServerOptions } from './server.ts';
import { type Tokens, toTokens } from './tokens.ts';

/** Options of {@link loopbackLogin}. */
export interface LoopbackLoginOptions extends ServerOptions {
  /** Scopes, separated by spaces. Default: all that the broker allows this client. */
  scope?: string | undefined;
  /** The API that the tokens are for (RFC 8707). Default: the broker's choice for this client. */
  resource?: string | undefined;
  /** The identity provider to sign in with, by its key in the broker's configuration. Default: the user chooses. */
  upstream?: string | undefined;
  /** Who shall sign in, as the identity provider knows them. Its domain can choose the provider. */
  loginHint?: string | undefined;
  /** Clock, in milliseconds since the epoch. Default `Date.now`. */
  now?: Clock | undefined;
  /** Default: `setTimeout`. */
  sleep?: Sleep | undefined;
  /** How long to wait for the user, in milliseconds. Default 600,000 (10 minutes). */
  timeoutMs?: number | undefined;
}

/** Progress of a sign-in with the browser of this computer: `open` once, and `done` last. */
export type LoopbackState =
  /** Open this URL in a browser on this computer. `expires_at` is a NumericDate (seconds since the epoch). */
  { type: 'open'; authorization_url: string; expires_at: number } | { type: 'done'; tokens: Tokens };

const redirectPath = '/callback';
/** An authorization code is valid for a minute, and a response with `Retry-After` doesn't use it up. */
const retryForMs = 50_000;

/**
 * Signs in with the browser of this computer: authorization code grant with PKCE, and a redirect to a loopback port
 * that is open only during the sign-in.
 *
 * Leave the loop or abort `signal` to close the port. Nothing is stored.
 *
 * @returns yields the URL to open, then the tokens
 * @throws {DeviceError} `access_denied` if the user denies the request
 * @throws {DeviceError} `expired_token` if the user takes longer than `timeoutMs`
 * @throws {DeviceError} `refused` if the broker rejects the client, the scope or the resource
 * @throws {DeviceError} `unreachable`, `bad_answer` or `invalid_issuer` if the broker can't be used
 * @throws the signal's reason, if it aborts
 * @see RFC 8252 §7.3
 * @see RFC 7636
 * @see RFC 9207
 * @example
 * for await (const state of loopbackLogin({ issuer: 'https://latchkey.example.com', clientId: 'cli' })) {
 *   if (state.type === 'open') openBrowser(state.authorization_url);
 *   if (state.type === 'done') return state.tokens;
 * }
 */
export async function* loopbackLogin(options: LoopbackLoginOptions): AsyncGenerator<LoopbackState, void, undefined> {
  const { now = () => Date.now(), sleep = realSleep, timeoutMs = 600_000, signal } = options;
  const server = await discover(options);
  const endpoint = authorizationEndpoint(server);
  const state = generateRandomState();
  const codeVerifier = generateRandomCodeVerifier();
  const listener = await listen(state);
  try {
    const authorizationUrl = await authorizationUrlOf(
      endpoint,
      server.client,
      options,
      listener.redirectUri,
      state,
      codeVerifier,
    );
    yield { type: 'open', authorization_url: authorizationUrl, expires_at: Math.floor((now() + timeoutMs) / 1_000) };
    const answer = await within(listener.answered, timeoutMs, signal);
    const redeem = () => exchange(server, answer, state, codeVerifier, listener.redirectUri, now);
    yield { type: 'done', tokens: await untilServed(redeem, { now, sleep, signal }) };
  } finally {
    listener.close();
  }
}

function authorizationEndpoint({ as }: Server): string {
  if (!as.authorization_endpoint) {
    throw new DeviceError('refused', `Browser sign-in isn't enabled on ${as.issuer}. Use a device code instead.`);
  }
  if (isWebUrl(as.authorization_endpoint)) return as.authorization_endpoint;
  throw new DeviceError('bad_answer', 'The broker returned an invalid sign-in address. Check the issuer URL.');
}

async function authorizationUrlOf(
  endpoint: string,
  client: Server['client'],
  { scope, resource, upstream, loginHint }: LoopbackLoginOptions,
  redirectUri: string,
  state: string,
  codeVerifier: string,
): Promise<string> {
  const url = new URL(endpoint);
  const parameters = {
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: redirectUri,
    state,
    code_challenge: await calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    scope,
    resource,
    upstream,
    login_hint: loginHint,
  };
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
}

/** Retries while the broker responds with `Retry-After`. Doesn't retry after a lost response: the code may be used up. */
async function untilServed<T>(
  redeem: () => Promise<T>,
  { now, sleep, signal }: { now: Clock; sleep: Sleep; signal: AbortSignal | undefined },
): Promise<T> {
  const deadline = now() + retryForMs;
  for (;;) {
    try {
      return await redeem();
    } catch (error) {
      const after = error instanceof DeviceError && error.code === 'unreachable' ? error.retryAfter : undefined;
      if (after === undefined || now() + after * 1_000 >= deadline) throw error;
      await sleep(Math.max(after, 1) * 1_000, signal);
    }
  }
}

async function exchange(
  { as, client, auth, http, attempt }: Server,
  answer: URL,
  state: string,
  codeVerifier: string,
  redirectUri: string,
  now: Clock,
): Promise<Tokens> {
  return attempt(async () => {
    const parameters = validateAuthResponse(as, client, answer, state);
    const response = await authorizationCodeGrantRequest(as, client, auth, parameters, redirectUri, codeVerifier, http);
    return toTokens(await processAuthorizationCodeResponse(as, client, response), now());
  });
}

/** Listens on a loopback port for the one redirect that carries our `state`. Rejects all other requests. */
async function listen(state: string) {
  const { promise: answered, resolve } = Promise.withResolvers<URL>();
  let redirectUri = '';
  const server: HttpServer = createServer((request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', redirectUri);
    const isOurs = request.method === 'GET' && url.pathname === redirectPath && url.searchParams.get('state') === state;
    const denied = url.searchParams.has('error');
    response
      .writeHead(isOurs ? 200 : 404, {
        'Content-Type': 'text/html; charset=utf-8',
        'Cache-Control': 'no-store',
        'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        'Referrer-Policy': 'no-referrer',
        Connection: 'close',
      })
      .end(isOurs ? page(denied) : 'Not found');
    if (isOurs) resolve(url);
  });
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen({ host: '127.0.0.1', port: 0 }, listening);
  });
  redirectUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}${redirectPath}`;
  return {
    redirectUri,
    answered,
    close() {
      server.close();
      server.closeIdleConnections();
    },
  };
}

/** The page that the user sees after the redirect. It contains no part of the request. */
const page = (
  denied: boolean,
): string => `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="color-scheme" content="light dark">
<title>Latchkey</title><style>body{font:1.1rem/1.5 system-ui,sans-serif;max-width:30rem;margin:15vh auto;padding:0 1rem}</style>
<h1>${denied ? 'Sign-in denied' : 'You’re signed in'}</h1><p>You can close this page and go back to the command line.</p></html>`;

async function within<T>(work: Promise<T>, timeoutMs: number, signal: AbortSignal | undefined): Promise<T> {
  signal?.throwIfAborted();
  const { promise: over, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal?.reason);
  const timer = setTimeout(() => reject(new DeviceError('expired_token', 'Sign-in timed out. Try again.')), timeoutMs);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}
