import { isSecureUrl } from './origin.ts';

/**
 * Whether a URL is the allowed one or below it. A path that only shares a string prefix doesn't count. Neither does one
 * that leads elsewhere on a server that decodes slashes before it resolves dot segments.
 */
export function liesUnder(url: string, allowed: string): boolean {
  if (!URL.canParse(url) || !URL.canParse(allowed)) return false;
  const [asked, base] = [new URL(url), new URL(allowed)];
  if (!isSecureUrl(asked) || asked.origin !== base.origin || asked.username || asked.password) return false;
  const folder = base.pathname.endsWith('/') ? base.pathname : `${base.pathname}/`;
  const isUnder = (): boolean => asked.pathname === base.pathname || asked.pathname.startsWith(folder);
  if (!isUnder()) return false;
  asked.pathname = asked.pathname.replace(/%2f|%5c/gi, '/');
  return isUnder();
}
