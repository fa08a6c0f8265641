/** Longer than any address that a person would open. */
const longest = 2_048;

/**
 * Reads an `error_uri` (RFC 6749 §5.2). It is shown in a terminal, where people open it, so only `https:` URLs without
 * credentials count, and the result has visible ASCII only: a URL that is written out moves no cursor (CWE-150).
 *
 * @returns `undefined` for anything else
 */
export function helpUrl(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > longest || !URL.canParse(value)) return undefined;
  const { protocol, username, password, href } = new URL(value);
  return protocol === 'https:' && username === '' && password === '' && href.length <= longest ? href : undefined;
}
