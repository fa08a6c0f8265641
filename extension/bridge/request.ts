import { helloKind, maxMessageLength, maxResources, protocolVersion } from '@latchkey/shared/page-names.ts';
import type { PageMethod, PageRequest } from '@latchkey/shared/page-protocol.ts';

/**
 * `helloSchema` and `requestSchema`, written by hand. The schema library alone is larger than the whole bridge, which
 * runs in every page of a site. A test checks that both accept and reject the same input.
 */
type Check = (value: unknown) => boolean;
type Shape = Record<string, Check>;

const is =
  (expected: unknown): Check =>
  (value) =>
    value === expected;
const text =
  (max: number): Check =>
  (value) =>
    typeof value === 'string' && value.length > 0 && value.length <= max;
const whole =
  (min: number, max: number): Check =>
  (value) =>
    Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const list =
  (max: number, check: Check): Check =>
  (value) =>
    // `every` would skip holes.
    Array.isArray(value) && value.length <= max && Array.from(value).every(check);
const scope: Check = (value) => typeof value === 'string' && /^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/.test(value);

const hello: Shape = { source: is(helloKind), v: is(protocolVersion), nonce: text(64) };
const access: Shape = { resource: text(512), scopes: list(64, scope) };
const token: Shape = { ...access, min_ttl_s: optional(whole(0, 86_400)), profile: optional(text(256)) };
const byRequestId: Shape = { request_id: text(64) };
const params: Record<PageMethod, Shape> = {
  'session.get': {},
  'session.sign_in': {},
  'session.sign_out': {},
  'token.get': {
    ...token,
    also: optional(list(maxResources - 1, (value) => fits(value, access))),
    interactive: (value) => value === 'never' || value === 'if_needed',
    acr_values: optional(text(512)),
    max_age: optional(whole(0, 31_536_000)),
  },
  'token.proof': {
    ...token,
    method: (value) => typeof value === 'string' && /^[A-Z]{1,16}$/.test(value),
    url: text(2_048),
    nonce: optional(text(256)),
  },
  'access.list': {},
  'access.revoke': { resource: optional(text(512)) },
  'request.cancel': byRequestId,
  'request.poll': byRequestId,
};

/** Whether a value has this shape and no other properties. */
function fits(value: unknown, shape: Shape): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Record<string, unknown>;
  return (
    Object.keys(fields).every((key) => Object.hasOwn(shape, key)) &&
    Object.entries(shape).every(([key, check]) => check(fields[key]))
  );
}

/** Returns the nonce of a page's hello, or `undefined` if the message isn't one. */
export const readHello = (data: unknown): string | undefined =>
  fits(data, hello) ? (data.nonce as string) : undefined;

/**
 * Rebuilds a page's request, so that nothing else of the page's object is passed on.
 *
 * @returns `undefined` if it doesn't match the protocol or is too large
 */
export function rebuildRequest(data: unknown): PageRequest | undefined {
  const method = (data as { m?: unknown } | null)?.m;
  if (typeof method !== 'string' || !Object.hasOwn(params, method)) return undefined;
  const envelope: Shape = {
    v: is(protocolVersion),
    id: text(64),
    deadline_ms: whole(1, 600_000),
    m: is(method),
    p: (value) => fits(value, params[method as PageMethod]),
  };
  if (!fits(data, envelope)) return undefined;
  const json = JSON.stringify(data);
  return json.length > maxMessageLength ? undefined : JSON.parse(json);
}
