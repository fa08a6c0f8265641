/**
 * Whether the URL of a PostgreSQL database means what its author meant. A password with an unescaped `#`, `/`, `?` or `%`
 * either can't be parsed, or moves the host into another part of the URL.
 */
export function isDatabaseUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { username, password, pathname, search, hash } = new URL(text);
  if (hash !== '' || pathname.includes('@') || (password === '' && search.includes('@'))) return false;
  try {
    for (const part of [username, password, pathname]) decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}
