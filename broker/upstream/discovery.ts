import type { Clock } from '@latchkey/shared/time.ts';
import * as oauth from 'oauth4webapi';
import { unavailable } from '../errors.ts';
import { isSameIssuer } from './same-issuer.ts';

/** Metadata is refetched after one hour. If that fails, the last valid response is used. */
const rereadMs = 3_600_000;

/**
 * Fetches the provider's metadata on first use, so the broker can start while the provider is down.
 *
 * @param issuer what the metadata must name, wherever it is
 * @param discoveryUrl where the metadata is, if not below the issuer
 * @returns a function that throws {@link OAuthError} `temporarily_unavailable` if no metadata has been fetched yet
 */
export function createDiscovery(
  issuer: string,
  options: oauth.DiscoveryRequestOptions,
  now: Clock,
  discoveryUrl?: string,
): () => Promise<oauth.AuthorizationServer> {
  let known: { metadata: oauth.AuthorizationServer; readAt: number } | undefined;
  let reading: Promise<oauth.AuthorizationServer> | undefined;

  const read = async () => {
    const url = new URL(issuer);
    const response = await oauth.discoveryRequest(
      url,
      discoveryUrl === undefined ? options : at(discoveryUrl, options),
    );
    const metadata = await oauth.processDiscoveryResponse(await expectedIssuer(url, response), response);
    known = { metadata, readAt: now() };
    return metadata;
  };

  return async () => {
    if (known && now() - known.readAt < rereadMs) return known.metadata;
    reading ??= read().finally(() => {
      reading = undefined;
    });
    try {
      return await reading;
    } catch (cause) {
      if (known) return known.metadata;
      throw unavailable(
        'cannot reach the identity provider, or its metadata is invalid; try again, and tell your administrator if it keeps failing',
        2_000,
        cause,
      );
    }
  };
}

/** Options with which metadata is fetched from another address than the issuer's. */
function at(discoveryUrl: string, options: oauth.DiscoveryRequestOptions): oauth.DiscoveryRequestOptions {
  const { [oauth.customFetch]: send = fetch } = options;
  return { ...options, [oauth.customFetch]: (_belowIssuer, init) => send(discoveryUrl, init) };
}

/** Returns the issuer that the metadata must name: the configured one, as {@link isSameIssuer} compares them. */
export async function expectedIssuer(configured: URL, response: Response): Promise<URL> {
  const metadata: unknown = await response
    .clone()
    .json()
    .catch(() => undefined);
  const issuer =
    typeof metadata === 'object' && metadata !== null && 'issuer' in metadata ? metadata.issuer : undefined;
  return typeof issuer === 'string' && isSameIssuer(configured.href, issuer) ? new URL(issuer) : configured;
}
