/** Splits a `scope` string (RFC 6749 §3.3) into its distinct tokens, in the order given. */
export function parseScope(scope: string | undefined): string[] {
  return [...new Set((scope ?? '').split(' ').filter((token) => token !== ''))];
}

/** One order for one set of scopes, so that it can be a cache key. */
export const scopeKey = (scopes: readonly string[]): string => [...scopes].sort().join(' ');
