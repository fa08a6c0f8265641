import * as v from 'valibot';
import { exactOrigin, isWebUrl } from './origin.ts';
import { isPlainText } from './plain-text.ts';
import { orNothing, readable } from './readable-parts.ts';

/** Responses of the broker's `/session` endpoints, which the extension parses. For requests, see `session-requests.ts`. */

/** Identifies the client, and blocks simple cross-site requests: a custom header needs a CORS preflight, which is refused. */
export const clientHeader = 'Latchkey-Client';
/** `extension/` and its version, which has up to four numbers in browsers. */
export const clientHeaderValue = /^extension\/\d+(?:\.\d+){0,3}$/;

/**
 * `sub` of the account that the request is for. The browser stores a new session's cookie a moment before the extension
 * stores the session, and may be closed in between. This check keeps such a request from acting for another account.
 */
export const accountHeader = 'Latchkey-Account';

/** The cookie's name is chosen by the key that signs the proof, so that several profiles can coexist. */
export const cookieName = (jkt: string): string => `__Host-lk-${jkt.slice(0, 16)}`;

/** Opened in a browser, so nothing but the web's. */
const webUrl = v.pipe(v.string(), v.check(isWebUrl));
const origin = v.pipe(
  v.string(),
  v.check((value) => exactOrigin(value) !== undefined),
);

export const authorizeAnswer = v.object({
  authorization_url: webUrl,
  /** The provider's issuer, to check `iss` in its redirect (RFC 9207). */
  issuer: v.string(),
  /** Whether the provider promises to send `iss`. */
  iss_required: v.boolean(),
  expires_in: v.number(),
  /** Names this sign-in in the broker's log and audit log. It opens nothing. Extensions before traces show it. */
  sign_in_id: v.optional(v.string()),
});

export const account = v.object({
  sub: v.string(),
  name: v.optional(v.string()),
  email: v.optional(v.string()),
  /** Name of the provider in the broker's configuration. */
  upstream: v.string(),
  /** What tells the provider that this account should sign in. Older brokers omit it. */
  login_hint: v.optional(v.string()),
});

/** Text beside our own words, if it is plain and fits. */
const plainText = (longest: number) => orNothing(v.pipe(v.string(), v.maxLength(longest), v.check(isPlainText)));

/** The longest logo or icon, as a `data:` URL: 100 kB in Base64, and what stands before it. */
export const longestLogo = 134_000;

/** A `data:` URL, shown as an image, in which nothing runs and nothing loads. */
const image = v.pipe(v.string(), v.maxLength(longestLogo), v.regex(/^data:image\/(?:png|svg\+xml);base64,[\w+/=]+$/));

export const sitePolicy = v.object({
  origin,
  name: v.string(),
  icon: orNothing(image),
  /** `granted`: the administrator has consented for all users. */
  consent: v.picklist(['ask', 'granted']),
  /** Whether the extension adds the token to the requests of the site's pages. Absent: the pages ask for it. */
  attach_tokens: v.optional(v.boolean()),
  resources: v.array(
    v.object({
      resource: v.string(),
      name: v.string(),
      /** Scope → description from the configuration. Only scopes that this user may have. */
      scopes: v.record(v.string(), v.string()),
      /** Whether tokens are bound to a key of the extension (RFC 9449). */
      dpop: v.optional(v.picklist(['required', 'optional', 'off']), 'off'),
      /** URLs for which the extension signs proofs; it refuses all others. */
      urls: v.optional(v.array(v.string()), []),
    }),
  ),
});

export const consent = v.object({
  origin: v.string(),
  resource: v.string(),
  scope: v.string(),
  granted_at: v.number(),
});

/** What is known about a site besides its consents. At least one property is set. */
export const siteRecord = v.object({
  origin: v.string(),
  /** When the user chose "never": the site may not ask. NumericDate. */
  refused_at: v.optional(v.number()),
  /** When the site last got a token, accurate to a few minutes. NumericDate. */
  last_used_at: v.optional(v.number()),
});

/** The user's decisions about sites: the response to `POST` and `DELETE /session/consents`. */
export const decisions = v.object({
  consents: v.array(consent),
  /** Older brokers omit it. */
  sites: v.optional(v.array(siteRecord), []),
});

/** Response to `POST /session` (201) and `GET /session` (200). */
export const sessionAnswer = v.object({
  account,
  session: v.object({
    state: v.picklist(['active', 'recheck', 'reauth_required']),
    created_at: v.number(),
    /** Absolute expiry, NumericDate. */
    expires_at: v.number(),
  }),
  policy: v.object({ sites: readable(sitePolicy) }),
  /** What else the broker has for this user: `activity`, `devices`. Older brokers omit it. */
  features: v.optional(v.array(v.string()), []),
  ...decisions.entries,
});

export const tokenAnswer = v.object({
  access_token: v.string(),
  token_type: v.picklist(['Bearer', 'DPoP']),
  expires_in: v.number(),
  scope: v.string(),
  resource: v.string(),
});

/** A provider as people see it. */
export const provider = v.pipe(
  v.object({
    /** Its name in the broker's configuration. */
    name: v.string(),
    label: plainText(80),
    icon: orNothing(image),
  }),
  v.transform((read) => ({ ...read, label: read.label ?? read.name })),
);

/** Whose extension this is, and whom people can ask. The extension shows it beside its own words, never in them. */
export const organization = v.object({
  name: plainText(45),
  logo: orNothing(image),
  /** `#rrggbb`. */
  color: orNothing(v.pipe(v.string(), v.regex(/^#[\da-f]{6}$/i))),
  support_url: orNothing(webUrl),
  support_email: plainText(254),
  recovery_url: orNothing(webUrl),
});

/** Response to `GET /session/upstreams`: names of the providers in the broker's configuration. */
export const upstreamsAnswer = v.object({
  upstreams: v.array(v.string()),
  /** Older brokers omit these. */
  providers: orNothing(v.array(provider)),
  organization: orNothing(organization),
});

/** Response to `DELETE /session`. */
export const signOutAnswer = v.object({ logout_url: v.optional(webUrl) });

/** Error response of the broker's JSON endpoints (RFC 6749 §5.2). */
export const errorAnswer = v.object({
  error: v.string(),
  error_description: v.optional(v.string()),
  /** With `consent_required`: the missing scopes. */
  scope: v.optional(v.string()),
  /** With `insufficient_user_authentication`: requirements of the next sign-in. */
  acr_values: v.optional(v.string()),
  max_age: v.optional(v.number()),
  /** With `invalid_session`: the session was ended, and did not expire. */
  ended: v.optional(v.boolean()),
});

export type AuthorizeAnswer = v.InferOutput<typeof authorizeAnswer>;
export type SessionAnswer = v.InferOutput<typeof sessionAnswer>;
export type SitePolicy = v.InferOutput<typeof sitePolicy>;
export type Account = v.InferOutput<typeof account>;
export type Consent = v.InferOutput<typeof consent>;
export type SiteRecord = v.InferOutput<typeof siteRecord>;
export type Decisions = v.InferOutput<typeof decisions>;
export type Provider = v.InferOutput<typeof provider>;
export type Organization = v.InferOutput<typeof organization>;
export type UpstreamsAnswer = v.InferOutput<typeof upstreamsAnswer>;
export type TokenAnswer = v.InferOutput<typeof tokenAnswer>;
export type ErrorAnswer = v.InferOutput<typeof errorAnswer>;
