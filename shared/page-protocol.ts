import * as v from 'valibot';
import type { PageMethod, PageParameters } from './page-messages.ts';
import { helloKind, maxResources, protocolVersion } from './page-names.ts';

/**
 * The messages between a web page, the bridge (content script) and the background. The bridge and the background both
 * parse with these schemas: the bridge relays only messages that it has rebuilt, and the background doesn't trust what
 * the bridge says about itself.
 */
export type * from './page-messages.ts';
export * from './page-names.ts';

const short = (max: number) => v.pipe(v.string(), v.minLength(1), v.maxLength(max));

export const helloSchema = v.strictObject({
  source: v.literal(helloKind),
  v: v.literal(protocolVersion),
  nonce: short(64),
});

const scopes = v.pipe(v.array(v.pipe(v.string(), v.regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/))), v.maxLength(64));
const seconds = (max: number) => v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(max));
const interactive = v.picklist(['never', 'if_needed']);
/** `sub` of the account, from `session.get`. If the site now uses another account, the request is refused. */
const profile = short(256);

const access = { resource: short(512), scopes };

const tokenGet = v.strictObject({
  ...access,
  also: v.optional(v.pipe(v.array(v.strictObject(access)), v.maxLength(maxResources - 1))),
  min_ttl_s: v.optional(seconds(86_400)),
  profile: v.optional(profile),
  interactive,
  /** Authentication requirements from the API's challenge (RFC 9470 §3). */
  acr_values: v.optional(short(512)),
  max_age: v.optional(seconds(31_536_000)),
});

const tokenProof = v.strictObject({
  ...access,
  min_ttl_s: v.optional(seconds(86_400)),
  profile: v.optional(profile),
  method: v.pipe(v.string(), v.regex(/^[A-Z]{1,16}$/)),
  url: short(2_048),
  /** The API's most recent nonce (RFC 9449 §9). */
  nonce: v.optional(short(256)),
});

const envelope = {
  v: v.literal(protocolVersion),
  id: short(64),
  deadline_ms: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(600_000)),
};

const empty = v.strictObject({});

export const requestSchema = v.union([
  v.strictObject({ ...envelope, m: v.literal('session.get'), p: empty }),
  v.strictObject({ ...envelope, m: v.literal('session.sign_in'), p: empty }),
  v.strictObject({ ...envelope, m: v.literal('session.sign_out'), p: empty }),
  v.strictObject({ ...envelope, m: v.literal('token.get'), p: tokenGet }),
  v.strictObject({ ...envelope, m: v.literal('token.proof'), p: tokenProof }),
  v.strictObject({ ...envelope, m: v.literal('access.list'), p: empty }),
  v.strictObject({
    ...envelope,
    m: v.literal('access.revoke'),
    p: v.strictObject({ resource: v.optional(short(512)) }),
  }),
  v.strictObject({ ...envelope, m: v.literal('request.cancel'), p: v.strictObject({ request_id: short(64) }) }),
  v.strictObject({ ...envelope, m: v.literal('request.poll'), p: v.strictObject({ request_id: short(64) }) }),
]);

/** A request from a page. */
export type PageRequest = v.InferOutput<typeof requestSchema>;

/** Fails to compile if a schema accepts something that {@link PageParameters} doesn't allow. */
export type CheckedParameters = Checked<{ [M in PageMethod]: Extract<PageRequest, { m: M }>['p'] }>;
type Checked<Parsed extends PageParameters> = Parsed;

/**
 * A page's request, as the bridge relays it to the background. `click` numbers the click or key press with which the
 * page asked; 0 is none. The bridge counts them itself; the page can't set it.
 */
export const relaySchema = v.strictObject({
  request: requestSchema,
  click: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  /** Number of the page's port in its document. IDs of requests are unique within one port only. */
  channel: v.pipe(v.number(), v.integer(), v.minValue(0)),
});
export type Relay = v.InferOutput<typeof relaySchema>;
