import type { BrokerContext } from '../env.ts';

/** Headers by which browsers say that they load a page ahead of a person. */
const purposes = ['Sec-Purpose', 'Purpose', 'X-Purpose', 'X-Moz'];

/**
 * For GET endpoints that begin or use up something. HEAD changes nothing (RFC 9110 §9.3.2), and a page that is loaded
 * ahead is refused, so that the browser loads it again when the person goes there.
 */
export async function inPerson(c: BrokerContext, next: () => Promise<void>) {
  if (c.req.method === 'HEAD') return c.body(null, 204);
  const isAhead = purposes.some((name) => /^(?:prefetch|prerender|preview)\b/i.test(c.req.header(name) ?? ''));
  if (isAhead) return c.body(null, 503);
  await next();
  return undefined;
}
