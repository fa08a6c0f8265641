import type { Schema } from './json-schema.ts';

/**
 * What each member of a body means. A name has one meaning, or one for a
 * schema or for the member that it is in (`Name.member`). A test holds this list
 * against the document: each member has a text, and each text is of a member.
 */
export const memberTexts: Readonly<Record<string, string>> = {
  access_token: 'The token, for `Authorization`.',
  account: 'Who is signed in.',
  acr: 'How the person signed in, as the provider says it.',
  acr_values: 'Acceptable `acr` values, separated by spaces (RFC 9470 §3).',
  active: 'Whether the token is valid, not revoked, and for an API of the caller.',
  actor: 'Who did it.',
  alternateId: 'The user’s login at Okta.',
  amr: 'The methods of the sign-in, as the provider says them.',
  at: 'When it happened, NumericDate.',
  aud: 'The API that the token is for, by its identifier.',
  auth_time: 'When the person signed in at the provider, NumericDate.',
  authorization_url: 'Where to send the person.',
  azp: 'The site’s origin, for tokens of a browser.',
  also: 'More APIs, each once. Everything is allowed, or nothing.',
  by: 'Who signed it out. `protection`: the broker, because a token was used twice.',
  client: 'The device’s name in the configuration.',
  client_id: 'The client that the token was issued to.',
  cnf: 'The key that the token is bound to (RFC 9449 §6).',
  code: 'The code from the provider’s redirect.',
  code_challenge: 'PKCE S256 (RFC 7636 §4.2) between the caller and the broker.',
  code_verifier: 'The verifier of `code_challenge` (RFC 7636 §4.1).',
  color: 'The organization’s color.',
  consent: '`granted`: the administrator has consented for everybody.',
  attach_tokens: 'The extension adds the token to the requests of the site’s pages.',
  consents: 'What the person has allowed.',
  created_at: 'When the session began, NumericDate.',
  data: 'The events.',
  decision: 'What the person decided.',
  device_code: 'For polls of `POST /token`. Keep it secret.',
  dpop: 'Whether tokens are bound to a key (RFC 9449).',
  email: 'E-mail address of the person.',
  email_verified: 'Whether the provider says that the address is verified.',
  ended: 'With `invalid_session`: somebody ended the session. It did not expire.',
  entries: 'The newest first.',
  error: 'A stable code. Switch on it.',
  'SessionRefusal.error': 'The `error` of the provider’s redirect.',
  error_description: 'Cause and cure, for developers. It can change at any time.',
  'SessionRefusal.error_description': 'The `error_description` of the provider’s redirect.',
  error_uri: 'The organization’s help, if only an administrator can put this right.',
  eventId: 'Names this call. One that comes twice counts once.',
  eventType: 'Okta’s name of the event.',
  events: 'Events. Those of other types are ignored.',
  exp: 'When the token ends, NumericDate.',
  expires_at: 'When the session ends at the latest, NumericDate.',
  'DeviceAskingAnswer.expires_at': 'When the device’s request ends, NumericDate.',
  expires_in: 'How long it lasts, in seconds.',
  features: 'What else the broker has for this person.',
  format: 'The form of the identifier (RFC 9493).',
  from: 'The IP address that it came from.',
  granted_at: 'When it was allowed, NumericDate.',
  groups: 'Groups of the person, as `provider:group`. In tokens, only those that rules name.',
  groups_omitted: 'Why groups are missing: `config` or `size`.',
  here: 'Whether it happened in the browser that asks.',
  iat: 'When the token was issued, NumericDate.',
  icon: 'A `data:` URL.',
  id: 'An identifier.',
  'entries.id': 'Grows with time.',
  'Endable.id': 'Of the sign-in, from `GET /session/activity`. It opens nothing.',
  id_token: 'Who the person is (OpenID Connect Core §2). With the scope `openid`.',
  idp: 'The provider’s issuer.',
  idp_sub: 'The provider’s own identifier of the person.',
  interval: 'Seconds between polls.',
  is_new: 'Whether this browser or device was not signed in before.',
  iss: 'The issuer.',
  iss_required: 'Whether the provider’s redirect must have `iss` (RFC 9207).',
  issuer: 'The issuer. The provider’s `iss` must be the same.',
  'Metadata.issuer': 'The broker’s issuer.',
  jkt: 'JWK thumbprint (RFC 7638) of a key.',
  jti: 'The token’s identifier.',
  'JwkSet.keys': 'Keys that sign now, signed recently, or will sign next (RFC 7517 §5).',
  kind: 'What happened. Newer brokers can have more kinds.',
  knows: 'Facts about the person that the device learns.',
  label: 'The provider’s name for people.',
  latchkey_number: 'The number to show beside the code. In the extension, the person picks it among three.',
  last_used_at: 'When the site last got a token, NumericDate, accurate to a few minutes.',
  login_hint: 'Tells the provider which account should sign in.',
  logo: 'The organization’s logo: a `data:` URL.',
  logout_url: 'Where the provider ends its own session, if it does that in the browser.',
  max_age: 'How long ago the sign-in may be, in seconds.',
  min_ttl: 'Seconds that the token must still be valid.',
  name: 'A name for people.',
  'providers.name': 'The provider, by its name in the configuration.',
  'organization.name': 'The organization’s name.',
  next: '`before` of the next page. Absent on the last one.',
  nonce: 'Ignored. Older extensions send it.',
  of: 'What kind of sign-in it is.',
  organization: 'Whose broker this is, and whom people can ask.',
  origin: 'The site’s exact origin.',
  number: 'The number that the person picked. Required where the question had `numbers`.',
  numbers: 'Three numbers in random order. The device shows one of them.',
  outcome: 'How it ended. `found`, `asking`: the person can be asked. `used`: somebody else has decided.',
  policy: 'What the configuration allows this person.',
  preferred_username: 'The person’s user name at the provider.',
  prompt: 'Passed on to the provider. `none`: without the person.',
  providers: 'The providers, as people see them.',
  recovery_url: 'Where people regain access to their account.',
  redirect_uri: 'The redirect URI of the extension.',
  refresh_token: 'For the next token. Each is good once.',
  refused_at: 'When the person chose “never”, NumericDate.',
  request: 'Stands for the device’s request in the calls that follow.',
  resource: 'The API, by its identifier in the configuration.',
  resources: 'What the site can ask for.',
  same_network: 'Whether the device asked from the same network.',
  scope: 'Scopes, separated by spaces.',
  'Error.scope': 'The scopes that are missing or required.',
  scopes: 'Scopes with their descriptions.',
  'DeviceAnswer.scopes': 'Descriptions of the scopes that the device gets.',
  session: 'The session itself.',
  sid: 'The sign-in behind the token. It opens nothing.',
  sign_in: 'The sign-in that began then, while it lasts.',
  'sign_in.id': 'For `POST /session/activity/end`. It opens nothing.',
  sign_in_id: 'Names this sign-in in the log. It opens nothing.',
  sites: 'What is known of sites.',
  'policy.sites': 'The sites that may ask.',
  started_at: 'When the device asked, NumericDate.',
  state: '256 random bits of the caller, in base64url.',
  'SessionAnswer.state':
    '`recheck`: the provider is asked at the next token. `reauth_required`: the person must sign in again.',
  stays: 'How long the device stays signed in, in seconds.',
  sub: 'The person, by the broker’s own identifier. It never changes.',
  'RevocationRequest.sub': 'The provider’s own identifier of the person.',
  sub_id: 'Whose sign-ins end (RFC 9493).',
  subject: 'The same as `sub_id`, as in the first drafts.',
  support_email: 'Whom people can write to.',
  support_url: 'Where people find help.',
  target: 'Whom it is about.',
  token_type: '`DPoP` for a token that is bound to a key.',
  type: 'Okta’s type. Only `User` counts.',
  upstream: 'The provider, by its name in the configuration.',
  upstreams: 'Names of the providers in the configuration. The first one is the default.',
  urls: 'The URLs that the extension signs proofs for.',
  user_code: 'The code that the device shows.',
  verification: 'What Okta sent.',
  verification_uri: 'Where the person enters the code.',
  verification_uri_complete: 'The same, with the code filled in. Show it as a QR code.',
};

/** Members whose meaning a specification gives: metadata of authorization servers (RFC 8414), and keys (RFC 7517). */
const specified: ReadonlySet<string> = new Set(['Metadata', 'JwkSet']);

/** Adds a text to each member that has one. */
export function withTexts(name: string, schema: Schema): Schema {
  return add(schema, name) as Schema;
}

function add(node: unknown, name: string, parent = ''): unknown {
  if (Array.isArray(node)) return node.map((item) => add(item, name, parent));
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).flatMap(([keyword, value]) => {
      if (value === undefined) return [];
      return [[keyword, keyword === 'properties' ? membersWithTexts(value, name, parent) : add(value, name, parent)]];
    }),
  );
}

function membersWithTexts(members: Record<string, Schema>, name: string, parent: string) {
  return Object.fromEntries(
    Object.entries(members).map(([member, schema]) => {
      const text = textOf(name, parent, member);
      const described = text === undefined ? {} : { description: text };
      return [member, { ...(add(schema, name, member) as Schema), ...described }];
    }),
  );
}

const textOf = (name: string, parent: string, member: string): string | undefined =>
  memberTexts[`${parent}.${member}`] ??
  memberTexts[`${name}.${member}`] ??
  (specified.has(name) ? undefined : memberTexts[member]);
