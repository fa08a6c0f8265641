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
import { explain } from './explain.ts';

/** What every request of a device needs. */
export interface ServerOptions {
  /** The broker's own URL. `https:`, or `http:` on loopback. */
  issuer: string;
  /** As the broker's configuration names it under `devices`. */
  clientId: string;
  fetch?: typeof fetch | undefined;
  signal?: AbortSignal | undefined;
}

/** A broker whose metadata is known, and how to speak with it. */
export interface Server {
  as: AuthorizationServer;
  client: Client;
  auth: ReturnType<typeof None>;
  http: ReturnType<typeof httpOptions>;
  /** Runs one exchange. @throws {DeviceError}, or the signal's reason once that has aborted */
  attempt<T>(exchange: () => Promise<T>): Promise<T>;
}

const timeoutMs = 15_000;

/**
 * Reads the broker's metadata (RFC 8414).
 *
 * @throws {DeviceError} `invalid_issuer`, `unreachable`, `bad_answer`
 */
export async function discover(options: ServerOptions): Promise<Server> {
  const { issuer, clientId, signal } = options;
  if (!URL.canParse(issuer) || !isSecureUrl(new URL(issuer))) {
    throw new DeviceError(
      'invalid_issuer',
      `The issuer must be an https: URL (http: is allowed on loopback only): ${issuer}`,
    );
  }
  const url = new URL(issuer);
  const http = httpOptions(url, options);
  const attempt = async <T>(exchange: () => Promise<T>): Promise<T> => {
    signal?.throwIfAborted();
    try {
      return await exchange();
    } catch (error) {
      signal?.throwIfAborted();
      throw explain(error, url.origin);
    }
  };
  const as = await attempt(async () =>
    processDiscoveryResponse(url, await discoveryRequest(url, { ...http, algorithm: 'oauth2' })),
  );
  // Times of an ID token are not what a device with a wrong clock should fail over.
  return { as, client: { client_id: clientId, [clockTolerance]: 600 }, auth: None(), http, attempt };
}

function httpOptions(issuer: URL, { fetch = globalThis.fetch, signal }: ServerOptions) {
  return {
    [allowInsecureRequests]: isLoopbackHost(issuer.hostname),
    // The metadata of a broker on loopback may name no other host without TLS either.
    [customFetch]: (url: string, init: object) => {
      if (isSecureUrl(new URL(url))) return fetch(url, init);
      throw new DeviceError('bad_answer', `The broker's metadata names an insecure URL: ${new URL(url).origin}`);
    },
    signal: () => {
      const timeout = AbortSignal.timeout(timeoutMs);
      return signal ? AbortSignal.any([signal, timeout]) : timeout;
    },
  };
}
