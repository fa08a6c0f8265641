import { createServer, type Server as HttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
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
import { sleep as realSleep, type Sleep } from './sleep.ts';
import { type Tokens, toTokens } from './tokens.ts';

export interface LoopbackLoginOptions extends ServerOptions {
  /** Separated by spaces. Default: what the broker gives this client. */
  scope?: string | undefined;
  /** The API that the tokens are for (RFC 8707). */
  resource?: string | undefined;
  now?: Clock | undefined;
  sleep?: Sleep | undefined;
  /** How long the person may take, in milliseconds. Default ten minutes. */
  timeoutMs?: number | undefined;
}

/** How a sign-in in this machine's own browser goes: `open` once, `done` last. */
export type LoopbackState =
  /** Send the person there, in the browser of this machine. */
  { type: 'open'; authorization_url: string; expires_at: number } | { type: 'done'; tokens: Tokens };

const redirectPath = '/callback';
/** A code lives for a minute, and an answer that says to come back later does not spend it. */
const retryForMs = 50_000;

/**
 * Signs in through the browser of this machine: authorization code with PKCE, and a redirect to a port of
 * loopback that is open only meanwhile.
 *
 * Leaving the loop, or aborting `signal`, closes the port; nothing is kept.
 *
 * @throws {DeviceError} `access_denied`, `expired_token`, `refused`, …; the signal's reason when aborted
 * @see RFC 8252 §7.3, RFC 7636, RFC 9207
 */
export async function* loopbackLogin(options: LoopbackLoginOptions): AsyncGenerator<LoopbackState, void, undefined> {
  const { now = () => Date.now(), sleep = realSleep, timeoutMs = 600_000, signal } = options;
  const server = await discover(options);
  const state = generateRandomState();
  const codeVerifier = generateRandomCodeVerifier();
  const listener = await listen(state);
  try {
    const authorizationUrl = await authorizationUrlOf(server, options, listener.redirectUri, state, codeVerifier);
    yield { type: 'open', authorization_url: authorizationUrl, expires_at: Math.floor((now() + timeoutMs) / 1_000) };
    const answer = await within(listener.answered, timeoutMs, signal);
    const redeem = () => exchange(server, answer, state, codeVerifier, listener.redirectUri, now);
    yield { type: 'done', tokens: await untilServed(redeem, { now, sleep, signal }) };
  } finally {
    listener.close();
  }
}

async function authorizationUrlOf(
  { as, client }: Server,
  { scope, resource }: LoopbackLoginOptions,
  redirectUri: string,
  state: string,
  codeVerifier: string,
): Promise<string> {
  if (!as.authorization_endpoint) {
    throw new DeviceError('refused', `Browser sign-in isn't enabled on ${as.issuer}. Use a device code instead.`);
  }
  const url = new URL(as.authorization_endpoint);
  const parameters = {
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: redirectUri,
    state,
    code_challenge: await calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    scope,
    resource,
  };
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
}

/** Tries again as long as the broker asks for it. An answer that got lost is none of these: that code may be spent. */
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

/** Opens a port of loopback and waits for the one redirect that carries our state; whatever else comes is turned away. */
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

/** What the person sees when the browser comes back; no part of the request is in it. */
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
