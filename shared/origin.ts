/** Whether a host is loopback, by name or literal: the only hosts where `http:` is accepted (RFC 8252 §8.3, RFC 6761 §6.3). */
export function isLoopbackHost(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(?:\.\d{1,3}){3}$/.test(hostname)
  );
}

/** Whether tokens may be sent to a URL: `https:` anywhere, `http:` on loopback only. */
export function isSecureUrl(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname));
}

/**
 * Whether a URL that somebody else has named may be opened in a browser or fetched: secure, and without credentials,
 * which can make it look like another host's.
 */
export function isWebUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return isSecureUrl(url) && url.username === '' && url.password === '';
}

/**
 * Reads an origin exactly as browsers serialize it (RFC 6454 §6.2): no path, no default port, lower case.
 *
 * @returns the origin, or `undefined` for any other text, including `"null"`
 */
export function exactOrigin(text: unknown): string | undefined {
  if (typeof text !== 'string' || text.length > 300 || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  // The URL parser accepts `*` in a host. Reject it: an administrator would mean it as a wildcard, which it isn't.
  return url.origin === text && !text.includes('*') && isSecureUrl(url) ? text : undefined;
}
