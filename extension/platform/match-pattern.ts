/**
 * A match pattern for an origin. Patterns know no ports: they say where the bridge is put; which exact
 * origin may ask is decided in the background.
 */
export function matchPattern(origin: string): string {
  const { protocol, hostname } = new URL(origin);
  return `${protocol}//${hostname}/*`;
}
