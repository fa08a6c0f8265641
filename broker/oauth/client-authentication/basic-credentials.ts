export interface BasicCredentials {
  clientId: string;
  /** Absent where there is no colon. */
  secret: string | undefined;
}

/**
 * Reads a client's Basic credentials. Both parts are form-encoded before they are put together (RFC 6749 §2.3.1).
 *
 * @returns `undefined` where the header holds none
 */
export function parseBasicCredentials(authorization: string): BasicCredentials | undefined {
  const encoded = /^Basic\s+([\w+/-]+=*)$/i.exec(authorization)?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0
    ? { clientId: formDecoded(text), secret: undefined }
    : { clientId: formDecoded(text.slice(0, colon)), secret: formDecoded(text.slice(colon + 1)) };
}

/** Some clients don't encode, so that a lone `%` is what it is. */
function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
