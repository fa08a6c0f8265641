const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/** A character of a path. An encoded slash or backslash could lead elsewhere, as in `liesUnder` of resource-urls.ts. */
const pathCharacter = '(?:[^?#%]|%[^25]|%2[^fF]|%5[^cC])*';

/**
 * The `regexFilter` of a browser's rule (RE2). It matches a URL and everything below it, as `liesUnder` does. Chrome limits its
 * memory to 2 kB, which a long URL doesn't use: RE2 takes a literal beginning out of the program.
 */
export function urlFilter(url: string): string {
  const { origin, pathname } = new URL(url);
  const below = pathname.endsWith('/') ? pathCharacter : `(?:/${pathCharacter})?`;
  return `^${escaped(origin + pathname)}${below}(?:[?#].*)?$`;
}
