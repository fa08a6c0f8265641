import * as v from 'valibot';

/** Signing in a device by its user code (RFC 8628 §3.3) in the extension: bodies and responses of `/session/device`. */

const text = (max: number) => v.pipe(v.string(), v.minLength(1), v.maxLength(max));
/** 256 bits in base64url. */
const b64u256 = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/));

/** What the person typed or pasted. */
export const deviceCodeRequest = v.strictObject({ user_code: text(400) });

/** "Deny", or "I didn't start this", which administrators learn of. */
export const deviceRefusal = v.strictObject({ request: b64u256, decision: v.picklist(['deny', 'report']) });

/** Asks for a device that named the account of the session. */
export const deviceAskingRequest = v.strictObject({});

/** "Allow" goes through the provider, for a grant that is the device's own. PKCE as for a sign-in. */
export const deviceAuthorizeRequest = v.strictObject({
  request: b64u256,
  /** Required where the question had `numbers`: the one that the person picked. */
  number: v.optional(v.pipe(v.string(), v.regex(/^[1-9][0-9]$/))),
  redirect_uri: text(512),
  code_challenge: b64u256,
  state: b64u256,
});

export const deviceAllowRequest = v.strictObject({
  state: b64u256,
  code: text(4_096),
  code_verifier: v.pipe(v.string(), v.regex(/^[A-Za-z0-9._~-]{43,128}$/)),
  iss: v.optional(text(1_024)),
});

const asked = {
  /** Stands for the device's request in the calls that follow. It is bound to this session. */
  request: v.string(),
  client: v.string(),
  /** Absent if no API is requested. */
  resource: v.optional(v.string()),
  scopes: v.array(v.string()),
  /** Facts about the person that the device learns: `openid`, `profile`, `email`, `groups`. */
  knows: v.array(v.string()),
  /** How long the device stays signed in, in seconds. */
  stays: v.number(),
  /** When the device asked, NumericDate. */
  started_at: v.number(),
  /** The IP address that it asked from. */
  from: v.optional(v.string()),
  same_network: v.boolean(),
};

/** What the person is asked. Everything is in the configuration's words. */
export const deviceQuestion = v.object({ outcome: v.literal('found'), ...asked, user_code: v.string() });

/** What the person is asked about a device that named their account. */
export const deviceAsking = v.object({
  outcome: v.literal('asking'),
  ...asked,
  /** In random order: the one that the device shows, and two others. */
  numbers: v.array(v.string()),
  /** When the device's request ends, NumericDate. */
  expires_at: v.number(),
});

/** Response to `POST /session/device/asking`. */
export const deviceAskingAnswer = v.union([deviceAsking, v.object({ outcome: v.literal('none') })]);

/** Response to `POST /session/device`. */
export const deviceAnswer = v.union([
  deviceQuestion,
  v.object({ outcome: v.picklist(['malformed', 'wrong', 'too_many', 'not_allowed']) }),
]);

/**
 * Response to `POST /session/device/decision` and `/session/device/allow`. `used`: by somebody else. That to
 * `/session/device/authorize` is the same if the request was decided in the meantime or by a wrong number, which denies it,
 * else `authorizeAnswer`.
 */
export const deviceDecided = v.object({
  outcome: v.picklist(['allowed', 'denied', 'reported', 'expired', 'used', 'wrong_number']),
});

export type DeviceAuthorizeRequest = v.InferOutput<typeof deviceAuthorizeRequest>;
export type DeviceAllowRequest = v.InferOutput<typeof deviceAllowRequest>;
export type DeviceQuestion = v.InferOutput<typeof deviceQuestion>;
export type DeviceAsking = v.InferOutput<typeof deviceAsking>;
export type DeviceAskingAnswer = v.InferOutput<typeof deviceAskingAnswer>;
export type DeviceAnswer = v.InferOutput<typeof deviceAnswer>;
export type DeviceDecided = v.InferOutput<typeof deviceDecided>;
