export interface BasicCredentials {
  clientId: string;
  /** `undefined` if there is no colon after the ID: some public clients omit it. */
  secret: string | undefined;
}

/** For responses to a client that authenticated with HTTP Basic (RFC 6749 §5.2). */
export const basicChallenge = { 'WWW-Authenticate': 'Basic realm="latchkey"' };

/**
 * Parses client credentials from an `Authorization` header (RFC 6749 §2.3.1, RFC 7617).
 *
 * @returns `undefined` for another scheme or invalid base64
 */
export function parseBasicCredentials(authorization: string): BasicCredentials | undefined {
  const space = authorization.indexOf(' ');
  if (authorization.slice(0, Math.max(space, 0)).toLowerCase() !== 'basic') return undefined;
  const encoded = authorization.slice(space).trim();
  if (!/^[\w+/=-]+$/.test(encoded)) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) return { clientId: formDecoded(text), secret: undefined };
  return { clientId: formDecoded(text.slice(0, colon)), secret: formDecoded(text.slice(colon + 1)) };
}

/** Both parts are form-encoded before they are joined. A stray `%` comes from a client that skips the encoding. */
function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
