import { liesUnder } from '@latchkey/shared/resource-urls.ts';
import { parseDuration } from '@latchkey/shared/time.ts';
import type { Fault } from './fault.ts';

/** The parts of a site and of its resources that decide whether the extension can attach their tokens. */
interface Site {
  consent?: unknown;
  acr_values?: unknown;
  max_age?: unknown;
  /** All URLs that the extension has access to: of sites, of the broker, of APIs. */
  others: readonly string[];
  /** The resources that the site may use, and their entries. */
  resources: readonly [resource: string, entry: Readonly<Record<string, unknown>>][];
}

/** The extension replaces tokens with less than a minute left, and looks every 45 seconds. */
const shortestLifetimeMs = 120_000;

/** Finds why a site with `attach_tokens` could never get a token, or would get the wrong one. Its pages can ask for nothing. */
export function attachFaults(origin: string, { consent, acr_values, max_age, others, resources }: Site): Fault[] {
  const faults: Fault[] = [];
  const fault = (message: string) => faults.push({ path: ['origins', origin, 'attach_tokens'], message });
  if (consent !== 'granted') fault("needs consent: granted, because pages that can't be changed can't ask people");
  if (max_age !== undefined || (Array.isArray(acr_values) && acr_values.length > 0)) {
    fault("can't be used with acr_values or max_age: these pages can't ask for a new sign-in");
  }
  const neighbor = others.find((other) => isNeighbor(other, origin));
  if (neighbor !== undefined) {
    fault(`can't be used beside ${neighbor}: the browser's rules can't tell a host from its ports and subdomains`);
  }
  for (const [resource, { dpop, lifetime }] of resources) {
    if (dpop === 'required') {
      fault(`can't be used with ${resource}, which has dpop: required: every request needs a proof of its own`);
    }
    if (typeof lifetime === 'string' && (parseDuration(lifetime) ?? shortestLifetimeMs) < shortestLifetimeMs) {
      fault(`needs a lifetime of at least 2m at ${resource}, so that tokens can be replaced before they expire`);
    }
  }
  const urls = resources.flatMap((one) => urlsOf(one).map((url) => ({ resource: one[0], url })));
  for (const [index, one] of urls.entries()) {
    const other = urls.slice(index + 1).find(({ resource, url }) => resource !== one.resource && overlap(url, one.url));
    if (other) fault(`can't tell ${one.resource} from ${other.resource}: ${one.url} and ${other.url} overlap`);
  }
  return faults;
}

/** Whether a URL has another origin on a site's host, or on a host below it. */
function isNeighbor(url: string, site: string): boolean {
  if (!URL.canParse(url) || !URL.canParse(site)) return false;
  const [other, own] = [new URL(url), new URL(site)];
  if (other.origin === own.origin) return false;
  return other.hostname === own.hostname || other.hostname.endsWith(`.${own.hostname}`);
}

const overlap = (one: string, other: string): boolean => liesUnder(one, other) || liesUnder(other, one);

/** Where the API of a resource is. */
export function urlsOf([resource, entry]: readonly [string, unknown]): string[] {
  const { urls } = Object(entry) as { urls?: unknown };
  return Array.isArray(urls) ? urls.filter((url) => typeof url === 'string') : [resource];
}
