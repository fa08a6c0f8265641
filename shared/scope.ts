/** Splits a `scope` string (RFC 6749 §3.3) into its distinct tokens, in the order given. */
export function parseScope(scope: string | undefined): string[] {
  return [...new Set((scope ?? '').split(' ').filter((token) => token !== ''))];
}

/** Sorts scopes, so that the same set always gives the same cache key. */
export const scopeKey = (scopes: readonly string[]): string => [...scopes].sort().join(' ');
