import { LatchkeyError } from '@latchkey/shared/errors.ts';
import type { Access, AccessView } from '@latchkey/shared/page-messages.ts';
import type { FetchInit } from './fetch-init.ts';
import { hello } from './hello.ts';
import { createConnection, type Latchkey } from './latchkey.ts';
import { type ResourceScopes, readResources, resourceAt } from './resources.ts';
import type { AccessToken, TokenOptions } from './tokens.ts';

export type { PageErrorCode } from '@latchkey/shared/errors.ts';
export type { AccessView } from '@latchkey/shared/page-messages.ts';
export type { FetchInit } from './fetch-init.ts';
export { whenInstalled } from './installed.ts';
export type { Session } from './latchkey.ts';
export type { ResourceScopes } from './resources.ts';
export type { AccessToken, TokenOptions } from './tokens.ts';
export { LatchkeyError };

/** Defaults of a connection to several APIs. */
export interface ApisOptions extends Omit<TokenOptions, 'resource' | 'scopes' | 'signal'> {
  /** The APIs, 1 to 8, each once. If the user is asked for one of them, then for all, in one window. */
  resources: readonly ResourceScopes[];
}

/** Which token to get. The resource follows from the URL. */
export type ApiOptions = Omit<TokenOptions, 'resource'>;

/** What a request needs, if it isn't made with `fetch`. */
export interface Proof {
  /** `authorization`, and for a bound token `dpop`. Good for one request. */
  headers: { authorization: string; dpop?: string };
  token: string;
  /** The DPoP proof (RFC 9449 §4). Absent if the token isn't bound. */
  proof?: string;
}

/** The connection to the extension, for several APIs. Methods reject as those of {@link Latchkey}. */
export interface Apis extends Omit<Latchkey, 'getToken' | 'fetch'> {
  /**
   * Calls `fetch` with the token of the resource that the URL belongs to: the one with the longest of the `urls` in the
   * configuration that the URL lies under. Otherwise it works as `fetch` of a connection to one API.
   *
   * Pass it to libraries that accept a custom `fetch`.
   *
   * @param init the options of `fetch`, and which token to send
   * @returns the API's response, whatever its status
   * @throws {LatchkeyError} as `getToken`; `invalid_request` for a URL that belongs to none of the resources
   * @throws {TypeError} if the network request fails, as `fetch` does
   * @example
   * const invoices = await lk.fetch('https://invoices.example.com/v1/invoices').then((response) => response.json());
   */
  fetch(input: RequestInfo | URL, init?: Omit<FetchInit, 'resource'>): Promise<Response>;
  /**
   * Gets an access token for one of the resources. Its scopes default to those passed to `connect`.
   *
   * @throws {LatchkeyError} `invalid_request` if `connect` didn't name the resource
   * @throws {LatchkeyError} `policy_denied` if this site may not ask for one of the resources; the message names it
   * @throws {LatchkeyError} `not_signed_in`, `access_not_granted` or `step_up_required` if the user must act first
   * @example
   * const { token } = await lk.getToken({ resource: 'https://orders.example.com' });
   */
  getToken(options: TokenOptions & { resource: string }): Promise<AccessToken>;
  /**
   * Gets what one request to a URL needs, for what can't use `fetch`: WebSocket, EventSource, XMLHttpRequest. If the
   * resource's tokens are bound to a key, that is a token and a proof for this method and URL (RFC 9449). The key stays in
   * the extension.
   *
   * @param method of the request. `GET` for a WebSocket
   * @param url of the request. `wss:` counts as `https:`
   * @param options which token, and the API's `nonce` (RFC 9449 §8)
   * @throws {LatchkeyError} as `fetch`
   * @example
   * const { headers } = await lk.proof('PUT', url);
   * for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
   */
  proof(method: string, url: string | URL, options?: ApiOptions & { nonce?: string | undefined }): Promise<Proof>;
}

/**
 * Connects this page to the Latchkey extension, for several APIs.
 *
 * Connecting opens no window and requests no token.
 *
 * @param options the APIs, and default options for every call that omits them
 * @throws {LatchkeyError} `invalid_request` if `resources` has none, more than 8, or one twice
 * @throws {LatchkeyError} `not_installed` and `unsupported` as `connect` of `@latchkey/page`
 * @example
 * const lk = await connect({
 *   resources: [
 *     { resource: 'https://orders.example.com', scopes: ['orders:read'] },
 *     { resource: 'https://invoices.example.com', scopes: ['invoices:read'] },
 *   ],
 * });
 * const orders = await lk.fetch('https://orders.example.com/v1/orders');
 */
export async function connect({ resources, ...defaults }: ApisOptions): Promise<Apis> {
  const named = readResources(resources);
  connection ??= createConnection({
    window: globalThis.window,
    open: () => hello(globalThis.window),
    // The resource was found by this URL.
    target: absolute,
  });
  return apisOf(await connection({}), named, defaults);
}

let connection: ReturnType<typeof createConnection> | undefined;

const absolute = (url: string | URL): URL => new URL(url, location.href);

/** @param lk a connection without a resource */
function apisOf(lk: Latchkey, named: Access[], defaults: TokenOptions): Apis {
  let views: Promise<AccessView[]> | undefined;
  const forget = () => {
    views = undefined;
  };
  lk.on('session', forget);
  lk.on('access', forget);

  /** The extension asks for the other resources, too, if it asks for this one. */
  const wishFor = (one: Access, options: TokenOptions) => ({
    ...defaults,
    ...options,
    resource: one.resource,
    scopes: options.scopes ?? one.scopes,
    also: named.filter((other) => other !== one),
  });

  /** What this site can have, all named resources among it. */
  const list = async (options: TokenOptions): Promise<AccessView[]> => {
    let missing = named[0];
    try {
      views ??= lk.access();
      const known = await views;
      if (known.some(({ urls }) => !urls)) {
        throw new LatchkeyError({ code: 'unsupported', message: 'Several APIs need a newer version of Latchkey.' });
      }
      missing = named.find((one) => known.every(({ resource }) => resource !== one.resource));
      if (!missing) return known;
    } catch (error) {
      if (!(error instanceof LatchkeyError) || error.code !== 'not_signed_in') throw error;
    } finally {
      if (missing) forget();
    }
    // Only the extension can continue a session that has lapsed, sign in if the page may ask for that, look at the policy
    // again, or say why not.
    if (missing) await lk.getToken(wishFor(missing, { ...options, scopes: undefined }));
    return lk.access();
  };

  const fetch = async (input: RequestInfo | URL, init: FetchInit = {}): Promise<Response> => {
    const url = absolute(input instanceof Request ? input.url : input);
    return lk.fetch(input, wishFor(resourceAt(url, await list(init), named), init));
  };

  return {
    ...lk,
    fetch,
    async getToken(options) {
      const one = named.find(({ resource }) => resource === options.resource);
      if (one) return lk.getToken(wishFor(one, options));
      throw new LatchkeyError({ code: 'invalid_request', message: `connect() doesn't name ${options.resource}.` });
    },
    async proof(method, url, { nonce, ...options } = {}) {
      const at = absolute(url);
      at.protocol = at.protocol.replace('ws', 'http');
      let headers: Headers | undefined;
      await fetch(at, {
        ...options,
        method,
        // Nothing is sent: only the headers matter.
        async fetch(_, sent) {
          // As an API that asks for the nonce, so that the next proof has it.
          const demand = { 'www-authenticate': 'DPoP error="use_dpop_nonce"', 'dpop-nonce': nonce ?? '' };
          const isFirst = !headers;
          headers = new Headers(sent?.headers);
          return isFirst && nonce ? new Response(null, { status: 401, headers: demand }) : new Response();
        },
      });
      const authorization = headers?.get('authorization') ?? '';
      const token = authorization.replace(/^\w+ /, '');
      const dpop = headers?.get('dpop');
      return dpop ? { headers: { authorization, dpop }, token, proof: dpop } : { headers: { authorization }, token };
    },
  };
}
