import { cappedFetch } from '@latchkey/shared/capped-fetch.ts';
import { isLoopbackHost, isSecureUrl } from '@latchkey/shared/origin.ts';
import {
  type AuthorizationServer,
  allowInsecureRequests,
  type Client,
  clockTolerance,
  customFetch,
  discoveryRequest,
  None,
  processDiscoveryResponse,
} from 'oauth4webapi';
import { DeviceError } from './device-error.ts';
import { explain, type Sentences } from './explain.ts';

/** Options of every function of `@latchkey/device`. */
export interface ServerOptions {
  /** URL of the broker: `https:`, or `http:` on loopback. */
  issuer: string;
  /** Client id, as configured under `devices` on the broker. */
  clientId: string;
  /** Default: the global `fetch`. */
  fetch?: typeof fetch | undefined;
  /** Cancels the call, which rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** The broker's metadata, and the settings for requests to it. */
export interface Server {
  as: AuthorizationServer;
  client: Client;
  auth: ReturnType<typeof None>;
  http: ReturnType<typeof httpOptions>;
  /**
   * Runs one exchange with the broker.
   *
   * @throws {DeviceError}
   * @throws the signal's reason, if it aborts
   */
  attempt<T>(exchange: () => Promise<T>): Promise<T>;
}

const timeoutMs = 15_000;
/** Nothing that a broker has to say is longer. */
const maxBytes = 1_048_576;

/**
 * Reads the broker's metadata (RFC 8414).
 *
 * @param isKnown whether the caller has a token of this broker, so that the URL isn't in doubt
 * @param sentences for what the broker refuses. Default: those for devices
 * @throws {DeviceError} `invalid_issuer`, `unreachable`, `bad_answer`
 */
export async function discover(options: ServerOptions, isKnown = false, sentences?: Sentences): Promise<Server> {
  const { issuer, clientId, signal } = options;
  if (!URL.canParse(issuer) || !isSecureUrl(new URL(issuer))) {
    throw new DeviceError(
      'invalid_issuer',
      `The issuer must be an https: URL (http: is allowed on loopback only): ${issuer}`,
    );
  }
  const url = new URL(issuer);
  const http = httpOptions(url, options);
  let hasAnswered = isKnown;
  const attempt = async <T>(exchange: () => Promise<T>): Promise<T> => {
    signal?.throwIfAborted();
    try {
      return await exchange();
    } catch (error) {
      signal?.throwIfAborted();
      throw explain(error, url.origin, hasAnswered, sentences);
    }
  };
  const as = await attempt(async () =>
    processDiscoveryResponse(url, await discoveryRequest(url, { ...http, algorithm: 'oauth2' })),
  );
  hasAnswered = true;
  // Generous, so that a device with a wrong clock can still sign in: the times of the ID token don't matter here.
  return { as, client: { client_id: clientId, [clockTolerance]: 600 }, auth: None(), http, attempt };
}

function httpOptions(issuer: URL, { fetch = globalThis.fetch, signal }: ServerOptions) {
  return {
    [allowInsecureRequests]: isLoopbackHost(issuer.hostname),
    // The metadata of a broker on loopback must not name other hosts without TLS.
    [customFetch]: async (url: string, init: object) => {
      if (isSecureUrl(new URL(url))) return withoutChallenge(await cappedFetch(fetch, maxBytes)(url, init));
      throw new DeviceError('bad_answer', `The broker's metadata names an insecure URL: ${new URL(url).origin}`);
    },
    signal: () => {
      const timeout = AbortSignal.timeout(timeoutMs);
      return signal ? AbortSignal.any([signal, timeout]) : timeout;
    },
  };
}

/**
 * Every 401 has a challenge (RFC 9110 §15.5.2). The library would stop there, but an OAuth server's body says more
 * (RFC 6749 §5.2). Of others, such as gateways, the challenge is all that counts.
 */
async function withoutChallenge(response: Response): Promise<Response> {
  const { status, headers: given } = response;
  if (status !== 401 || !/\bjson\b/i.test(given.get('content-type') ?? '')) return response;
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => undefined);
  if (typeof (body as { error?: unknown } | null | undefined)?.error !== 'string') return response;
  const headers = new Headers(given);
  headers.delete('WWW-Authenticate');
  return new Response(response.body, { status, headers });
}
