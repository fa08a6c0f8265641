/** Filters of the browser's rules for requests. Their syntax is RE2's, which has no lookahead. */

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/** A character of a path. An encoded slash or backslash could lead elsewhere, as in `liesUnder` of resource-urls.ts. */
const pathCharacter = '(?:[^?#%]|%[^25]|%2[^fF]|%5[^cC])*';

/** Matches a URL and everything below it, as `liesUnder` does. */
export function urlFilter(url: string): string {
  const { origin, pathname } = new URL(url);
  const below = pathname.endsWith('/') ? pathCharacter : `(?:/${pathCharacter})?`;
  return `^${escaped(origin + pathname)}${below}(?:[?#].*)?$`;
}

/**
 * Matches the URLs of a host and its subdomains that belong to a different origin. Rules know the domain that a request comes
 * from, but neither scheme nor port, and they count subdomains in.
 *
 * @param origin an exact origin
 */
export function otherOriginsFilter(origin: string): string {
  const { protocol, hostname, port } = new URL(origin);
  const host = escaped(hostname);
  const subdomain = `[a-z]+://[^/?#]+\\.${host}[:/]`;
  const scheme = `${protocol === 'https:' ? 'http' : 'https'}://${host}[:/]`;
  return `^(?:${subdomain}|${scheme}|${protocol}//${host}${otherPort(port)})`;
}

/** Matches what follows the host of a URL with another port. @param port as in URLs: empty for the scheme's own */
function otherPort(port: string): string {
  if (port === '') return ':';
  const digits = [...port, '/'];
  // One alternative per digit: the digits before it, and something else in its place.
  return `(?:/|:(?:${digits.map((digit, index) => `${port.slice(0, index)}[^${digit}]`).join('|')}))`;
}
