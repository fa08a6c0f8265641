import type { Config } from '../config/types.ts';
import type { BrokerContext } from '../env.ts';
import { OAuthError } from '../errors.ts';

type Broker = Pick<Config, 'issuer'>;

/**
 * Whether another site's page made the browser send this request, as the browser says (Fetch Metadata §2.3). Older
 * browsers only say so with `Origin`, which a plain GET lacks (Fetch §3.1). Programs send neither.
 */
export function isFromOtherSite(c: BrokerContext, { issuer }: Broker): boolean {
  const site = c.req.header('sec-fetch-site');
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const origin = c.req.header('origin');
  return origin !== undefined && origin !== new URL(issuer).origin;
}

/**
 * Whether a link on another site opened this page in a tab. Any page can open it that way, in any number, so a sign-in
 * begins only after another click.
 *
 * @throws {OAuthError} `access_denied` if the other site embeds or loads the page where nobody sees it
 */
export function comesByLink(c: BrokerContext, broker: Broker): boolean {
  if (!isFromOtherSite(c, broker)) return false;
  const isOpenedInTab = c.req.header('sec-fetch-mode') === 'navigate' && c.req.header('sec-fetch-dest') === 'document';
  if (isOpenedInTab) return true;
  throw new OAuthError('access_denied', 'other sites cannot embed or load this page; open it in a tab');
}

/**
 * Refuses what any page can make a browser send without reading the answer (Fetch, "no-cors" requests and
 * navigations): it can only be a flood.
 *
 * @throws {OAuthError} `access_denied`
 */
export function refuseBlindRequest(c: BrokerContext, broker: Broker): void {
  const mode = c.req.header('sec-fetch-mode');
  if (mode === undefined || mode === 'cors' || !isFromOtherSite(c, broker)) return;
  throw new OAuthError(
    'access_denied',
    'a page of another site sent this request and cannot read the answer; use fetch in cors mode',
  );
}
