import { refTo, type Schema } from './json-schema.ts';

const text = { type: 'string' };
const seconds = { type: 'string', pattern: '^[0-9]+$' };

/** Headers of responses, besides those of HTTP itself and the security headers. */
const headers = {
  'X-Request-Id': {
    description: 'The ID of the request, which the log has too: 32 hexadecimal digits.',
    schema: { type: 'string', pattern: '^[0-9a-f]{32}$' },
  },
  'Cache-Control': { description: 'Nothing may be stored unless this says otherwise.', schema: text },
  ETag: { description: 'Send it as `If-None-Match` to get 304 while nothing has changed.', schema: text },
  Location: { description: 'Where the browser goes on.', schema: { type: 'string', format: 'uri-reference' } },
  Allow: { description: 'The methods that the path takes (RFC 9110 §10.2.1).', schema: text },
  Vary: { description: 'The request headers that the response depends on.', schema: text },
  'WWW-Authenticate': {
    description: 'What would be accepted (RFC 9110 §11.6.1, RFC 6750 §3, RFC 9449 §7.1).',
    schema: text,
  },
  'Retry-After': { description: 'Seconds until it makes sense to try again.', schema: seconds },
  'DPoP-Nonce': { description: 'The nonce for the next proof (RFC 9449 §8). It lasts five minutes.', schema: text },
  'Set-Cookie': { description: 'A `__Host-` cookie: `Secure`, `HttpOnly`, `SameSite`, `Path=/`.', schema: text },
  'X-Accel-Buffering': { description: 'Tells nginx to pass events on at once.', schema: { const: 'no' } },
  'Access-Control-Allow-Origin': { description: 'Which pages may read the response.', schema: text },
  'Access-Control-Expose-Headers': { description: 'Which headers such pages may read.', schema: text },
  'Access-Control-Allow-Methods': { description: 'Which methods such pages may use.', schema: text },
  'Access-Control-Allow-Headers': { description: 'Which headers such pages may send.', schema: text },
  'Access-Control-Max-Age': { description: 'How long browsers remember this, in seconds.', schema: seconds },
  'X-Latchkey-Subject': { description: 'The person, or `service:` and the service. Percent-encoded.', schema: text },
  'X-Latchkey-Client': { description: 'The site’s origin, or the client. Percent-encoded.', schema: text },
  'X-Latchkey-Scope': { description: 'The token’s scopes, separated by spaces. Percent-encoded.', schema: text },
  'X-Latchkey-Groups': { description: 'The person’s groups, separated by commas. Percent-encoded.', schema: text },
} as const satisfies Record<string, { description: string; schema: Schema }>;

export type HeaderName = keyof typeof headers;

/** A header that a response always has, or, with `?`, that it can have. */
export type HeaderUse = HeaderName | `${HeaderName}?`;

const isOptional = (use: HeaderUse): boolean => use.endsWith('?');
const nameOf = (use: HeaderUse): string => use.replace('?', '');
const componentOf = (use: HeaderUse): string => (isOptional(use) ? `Optional-${nameOf(use)}` : use);

/** The headers of a response, as references. */
export const headerRefs = (uses: readonly HeaderUse[]): Record<string, Schema> =>
  Object.fromEntries(uses.map((use) => [nameOf(use), refTo('headers', componentOf(use))]));

/** All of them, as components: each once as required and once as optional. */
export const headerComponents: Readonly<Record<string, Schema>> = Object.fromEntries(
  Object.entries(headers).flatMap(([name, header]) => [
    [name, { ...header, required: true }],
    [`Optional-${name}`, header],
  ]),
);
