/**
 * Whether a configured issuer means the one that a provider names. They may differ by a slash at the end: for an issuer
 * without a path, a URL makes no difference between the two, and people copy both.
 */
export const isSameIssuer = (configured: string, named: string): boolean =>
  URL.canParse(named) && withoutSlash(configured) === withoutSlash(named);

function withoutSlash(issuer: string): string {
  const { href } = new URL(issuer);
  return href.endsWith('/') ? href.slice(0, -1) : href;
}
