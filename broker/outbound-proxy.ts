import http from 'node:http';

/** The settings for outgoing connections can't be used. The message gives the cause and the cure. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';
  readonly code = 'invalid_network';
}

type Env = Readonly<Record<string, string | undefined>>;

/** The proxy for `https:` requests, and the hosts that are reached without it. */
export interface OutboundProxy {
  url: URL;
  noProxy: string;
  /** The variable that names it, such as `HTTPS_PROXY`. */
  variable: string;
}

/** Never through a proxy, as in curl and Go: a proxy's own loopback isn't ours. */
const loopback = ['localhost', '.localhost', '127.0.0.1', '::1', '[::1]'];

/**
 * Reads `HTTPS_PROXY` and `NO_PROXY`, or the same names in lower case, which come first.
 *
 * @returns `undefined` if there is no proxy
 * @throws {NetworkError} if it isn't the address of an HTTP proxy. There may be a password in it, so it is not repeated
 */
export function outboundProxyOf(env: Env): OutboundProxy | undefined {
  const variable = ['https_proxy', 'HTTPS_PROXY'].find((name) => env[name]);
  if (variable === undefined) return undefined;
  const value = env[variable] ?? '';
  const text = value.includes('://') ? value : `http://${value}`;
  if (!URL.canParse(text) || !['http:', 'https:'].includes(new URL(text).protocol)) {
    throw new NetworkError(
      `${variable} is not the address of an HTTP proxy. Write it as http://proxy.example.com:3128, with @ : / # % in a password percent-encoded`,
    );
  }
  return { url: new URL(text), noProxy: (env.no_proxy || env.NO_PROXY) ?? '', variable };
}

/** `example.com` also means its subdomains, as in curl and Go. In Node.js it doesn't. */
const withSubdomains = (host: string): string[] => (/^[a-z][\w.-]*$/i.test(host) ? [host, `.${host}`] : [host]);

/**
 * Why this Node.js doesn't use the proxy of the environment, and the cure.
 *
 * @returns `undefined` if it does
 */
export function unusedProxy(
  env: Env,
  { variable }: Pick<OutboundProxy, 'variable'>,
): { what: string; cure: string } | undefined {
  const options = [...process.execArgv, ...(env.NODE_OPTIONS ?? '').split(/\s+/)];
  const isTold = env.NODE_USE_ENV_PROXY === '1' || options.includes('--use-env-proxy');
  if (isTold || typeof http.setGlobalProxyFromEnv === 'function') return undefined;
  return {
    what: `${variable} is set, but Node.js ${process.versions.node} doesn't use it`,
    cure: 'Install Node.js 24.14 or later, or set NODE_USE_ENV_PROXY=1',
  };
}

/**
 * Sends the `https:` requests of this process through the proxy of the environment, if there is one.
 *
 * @param warn gets a sentence if this Node.js can't do so
 * @throws {NetworkError}
 */
export function useOutboundProxy(env: Env, warn: (sentence: string) => void): void {
  const proxy = outboundProxyOf(env);
  if (proxy === undefined) return;
  const unused = unusedProxy(env, proxy);
  if (unused !== undefined) warn(`${unused.what}. ${unused.cure}`);
  // With NODE_USE_ENV_PROXY, an older Node.js has begun to use it by itself.
  if (typeof http.setGlobalProxyFromEnv !== 'function') return;
  const hosts = proxy.noProxy.split(/[\s,]+/).filter((host) => host !== '');
  http.setGlobalProxyFromEnv({
    https_proxy: proxy.url.href,
    no_proxy: [...hosts.flatMap(withSubdomains), ...loopback].join(','),
  });
}
