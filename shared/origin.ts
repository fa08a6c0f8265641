/** Loopback by name or literal: the only hosts where `http:` is accepted (RFC 8252 §8.3, RFC 6761 §6.3). */
export function isLoopbackHost(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(?:\.\d{1,3}){3}$/.test(hostname)
  );
}

/** True for `https:` anywhere and `http:` on loopback: where a token may travel. */
export function isSecureUrl(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname));
}

/**
 * An origin exactly as a browser serialises it (RFC 6454 §6.2): no path, no default port, lower case.
 *
 * @returns the origin, or `undefined` where the text is anything else, `"null"` included
 */
export function exactOrigin(text: unknown): string | undefined {
  if (typeof text !== 'string' || text.length > 300 || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  // The URL parser takes `*` for a host's letter; here it would be a pattern that somebody believes in.
  return url.origin === text && !text.includes('*') && isSecureUrl(url) ? text : undefined;
}
