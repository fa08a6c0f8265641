const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/** A character of a path. An encoded slash or backslash could lead elsewhere, as in `liesUnder` of resource-urls.ts. */
const pathCharacter = '(?:[^?#%]|%[^25]|%2[^fF]|%5[^cC])*';

/** The `regexFilter` of a browser's rule (RE2). It matches a URL and everything below it, as `liesUnder` does. */
export function urlFilter(url: string): string {
  const { origin, pathname } = new URL(url);
  const below = pathname.endsWith('/') ? pathCharacter : `(?:/${pathCharacter})?`;
  return `^${escaped(origin + pathname)}${below}(?:[?#].*)?$`;
}
