import { etag, RETAINED_304_HEADERS } from 'hono/etag';

/**
 * Gives a response that caches may keep an `ETag`, and answers 304 to whoever has it already (RFC 9110 §13.1.2). The
 * headers that pages of other origins and operators need stay in a 304.
 */
export const revalidate = etag({
  retainedHeaders: [
    ...RETAINED_304_HEADERS,
    'access-control-allow-origin',
    'access-control-expose-headers',
    'x-request-id',
  ],
});
