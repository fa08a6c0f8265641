/**
 * The match pattern of an origin. Patterns ignore ports, so they only say where the bridge is injected. The background
 * decides which exact origins may make requests.
 */
export function matchPattern(origin: string): string {
  const { protocol, hostname } = new URL(origin);
  return `${protocol}//${hostname}/*`;
}
