import * as v from 'valibot';
import { maxResources } from './page-names.ts';

/**
 * Bodies of requests to the broker's `/session` endpoints, which the broker parses. The extension uses only their types:
 * in a file of their own, the schemas don't become part of its background.
 */

const text = (max: number) => v.pipe(v.string(), v.minLength(1), v.maxLength(max));
/** 256 bits in base64url. */
const b64u256 = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/));
/** RFC 7636 §4.1. */
const codeVerifier = v.pipe(v.string(), v.regex(/^[A-Za-z0-9._~-]{43,128}$/));
const scopeText = v.pipe(v.string(), v.maxLength(2_048));
const access = { resource: text(512), scope: scopeText };

export const authorizeRequest = v.strictObject({
  redirect_uri: text(512),
  /** PKCE S256 (RFC 7636 §4.2) between the extension and the broker. The broker draws its own for the provider. */
  code_challenge: b64u256,
  state: b64u256,
  /** Older extensions send it. The broker ignores it. */
  nonce: v.optional(b64u256),
  prompt: v.optional(v.picklist(['none', 'login', 'consent', 'select_account'])),
  /** Required with `prompt: none`: the broker's `sub` of the account that was signed in. The sign-in fails for any other account. */
  sub: v.optional(text(64)),
  login_hint: v.optional(text(320)),
  acr_values: v.optional(text(512)),
  max_age: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(31_536_000))),
  upstream: v.optional(text(64)),
});

export const sessionRequest = v.strictObject({
  state: b64u256,
  code: text(4_096),
  code_verifier: codeVerifier,
  iss: v.optional(text(1_024)),
});

/** The provider's error in its redirect (RFC 6749 §4.1.2.1), which only the extension sees. It ends the sign-in. */
export const sessionRefusal = v.strictObject({
  state: b64u256,
  code_verifier: codeVerifier,
  error: text(256),
  error_description: v.optional(v.pipe(v.string(), v.maxLength(4_096))),
});

export const tokenRequest = v.strictObject({
  origin: text(300),
  resource: text(512),
  scope: scopeText,
  /** Thumbprint of the key to bind the token to (RFC 9449 §6). */
  jkt: v.optional(b64u256),
  /** Minimum remaining lifetime of the token, in seconds. */
  min_ttl: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(86_400))),
  /** Authentication requirements from the API's challenge (RFC 9470 §3): accepted `acr` values, and maximum age in seconds. */
  acr_values: v.optional(text(512)),
  max_age: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(31_536_000))),
});

/**
 * Body of `POST /session/consents`, the user's decision about a site: `allow` scopes, `never` let it ask again (which
 * also removes its access), or let it `ask` again after a "never".
 */
export const consentRequest = v.variant('decision', [
  v.strictObject({
    decision: v.optional(v.literal('allow'), 'allow'),
    origin: text(300),
    ...access,
    /** More resources, each once. All are allowed, or none. */
    also: v.optional(v.pipe(v.array(v.strictObject(access)), v.maxLength(maxResources - 1))),
  }),
  v.strictObject({ decision: v.picklist(['never', 'ask']), origin: text(300) }),
]);

/** Body of `DELETE /session/consents`. Without `resource`: the whole site. A "never" is kept. */
export const consentRevocation = v.strictObject({ origin: text(300), resource: v.optional(text(512)) });

export type AuthorizeRequest = v.InferOutput<typeof authorizeRequest>;
export type SessionRequest = v.InferOutput<typeof sessionRequest>;
export type SessionRefusal = v.InferOutput<typeof sessionRefusal>;
export type ConsentRequest = v.InferInput<typeof consentRequest>;
export type ConsentRevocation = v.InferInput<typeof consentRevocation>;
export type TokenRequest = v.InferOutput<typeof tokenRequest>;
