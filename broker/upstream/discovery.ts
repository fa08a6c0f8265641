import type { Clock } from '@latchkey/shared/time.ts';
import * as oauth from 'oauth4webapi';
import { unavailable } from '../errors.ts';
import { isSameIssuer } from './same-issuer.ts';

/** Metadata is refetched after one hour. If that fails, the last valid response is used. */
const rereadMs = 3_600_000;

/**
 * Fetches the provider's metadata on first use, so the broker can start while the provider is down.
 *
 * @returns a function that throws {@link OAuthError} `temporarily_unavailable` if no metadata has been fetched yet
 */
export function createDiscovery(
  issuer: string,
  options: oauth.DiscoveryRequestOptions,
  now: Clock,
): () => Promise<oauth.AuthorizationServer> {
  let known: { metadata: oauth.AuthorizationServer; readAt: number } | undefined;
  let reading: Promise<oauth.AuthorizationServer> | undefined;

  const read = async () => {
    const url = new URL(issuer);
    const response = await oauth.discoveryRequest(url, options);
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
      throw unavailable('cannot reach the identity provider, or its metadata is invalid; try again', 2_000, cause);
    }
  };
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
