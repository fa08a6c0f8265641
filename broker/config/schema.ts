import { isIP } from 'node:net';
import { exactOrigin, isSecureUrl } from '@latchkey/shared/origin.ts';
import { parseDuration } from '@latchkey/shared/time.ts';
import * as v from 'valibot';
import { logLevels } from '../log.ts';
import { brandingSchema } from './branding.ts';
import { isDatabaseUrl } from './database-url.ts';
import { perLanguage } from './names.ts';
import { plainName } from './plain-name.ts';
import { presetNames } from './provider-presets.ts';
import { secretExpiry } from './secret-expiry.ts';
import { secretHashForm } from './secret-hash-form.ts';

/** Schema of `latchkey.yaml`. Unknown keys are errors at every level, so a misspelled rule is never silently ignored. */

const text = v.pipe(v.string('must be text'), v.minLength(1, 'must not be empty'));
const file = text;
/** A name that people see in buttons and sentences. */
const label = plainName(60);
/** A name that people see as a heading or in a list. */
const name = perLanguage(plainName(100));

/** `iss`, `aud` and `azp` that verifiers accept. */
const maxNameLength = 500;
const maxOriginLength = 300;

const secureUrl = v.pipe(
  text,
  v.check(
    (value) => URL.canParse(value) && isSecureUrl(new URL(value)),
    'must be an https: URL (http: only on loopback, such as http://localhost:8787)',
  ),
  v.check(
    (value) => !URL.canParse(value) || (new URL(value).username === '' && new URL(value).password === ''),
    'must not have a user name or password',
  ),
);

const bareUrl = v.pipe(
  secureUrl,
  v.check(
    (value) => !URL.canParse(value) || (new URL(value).search === '' && new URL(value).hash === ''),
    'must not have a query or fragment',
  ),
);

const issuerUrl = v.pipe(
  secureUrl,
  v.maxLength(maxNameLength, `must have at most ${maxNameLength} characters`),
  v.check(
    (value) => !URL.canParse(value) || new URL(value).origin === value,
    'must be an origin without path or trailing slash, such as https://latchkey.example.com',
  ),
);

const resourceUrl = v.pipe(
  bareUrl,
  v.regex(/^[^\s\p{C}]+$/u, 'must not have spaces or invisible characters'),
  v.maxLength(maxNameLength, `must have at most ${maxNameLength} characters`),
);

const origin = v.pipe(
  text,
  v.maxLength(maxOriginLength, `must have at most ${maxOriginLength} characters`),
  v.check(
    (value) => exactOrigin(value) !== undefined,
    'must be an exact origin such as https://shop.example.com: scheme, host and port only, no path, no pattern',
  ),
);

const duration = v.pipe(
  v.string('must be a duration such as 90s, 5m, 12h or 30d'),
  v.check((value) => parseDuration(value) !== undefined, 'must be a duration such as 90s, 5m, 12h or 30d'),
  v.transform((value) => parseDuration(value) ?? 0),
);

/** A duration that must not be zero: otherwise nobody could sign in, or every token would be useless. */
const lifetime = v.pipe(
  duration,
  v.check((ms) => ms > 0, 'must be longer than 0s'),
);

const day = 86_400_000;

/** The longest lifetime that a configuration can give an access token, in milliseconds. */
export const longestTokenLifeMs = day;

/** Limited because APIs that verify access tokens locally accept them until they expire, even after revocation. */
const tokenLifetime = v.pipe(
  lifetime,
  v.check(
    (ms) => ms <= longestTokenLifeMs,
    "must be at most 1d. Access tokens can't be revoked once issued; use a few minutes (they're refreshed automatically)",
  ),
);

const freshness = v.pipe(
  lifetime,
  v.check((ms) => ms <= 30 * day, 'must be at most 30d. The groups in a token can be this old'),
);

const scopeToken = v.pipe(
  text,
  v.regex(
    /^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/,
    'must be a scope token: printable, without space, " or \\ (RFC 6749 §3.3)',
  ),
);

const listen = v.pipe(
  text,
  v.regex(/^(?:\[[0-9a-fA-F:]+\]|[^\s:]+):\d{1,5}$/, 'must be host:port, such as 127.0.0.1:8787'),
  v.transform((value) => {
    const colon = value.lastIndexOf(':');
    return { host: value.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(value.slice(colon + 1)) };
  }),
  v.check(({ port }) => port <= 65_535, 'must have a port of at most 65535'),
);

/** Longer than the proxies in front keep theirs: nginx and most load balancers 60 s. */
const keepAlive = v.pipe(
  duration,
  v.check(
    (ms) => ms >= 1_000 && ms <= 3_600_000,
    'must be from 1s to 1h, and longer than the proxy in front keeps idle connections',
  ),
);

function isCidrBlock(block: string): boolean {
  const [address = '', prefix = '', ...more] = block.split('/');
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return more.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits;
}

const qualifiedGroup = v.pipe(text, v.regex(/^[^:\s]+:.+$/, 'must name its provider, such as okta:staff'));

const groups = v.optional(v.array(qualifiedGroup, 'must be a list such as [okta:staff]'), []);

/** Which of a person's groups the resource's tokens carry. `used`: those that a site or client of the resource requires. */
const carriedGroups = v.optional(
  v.union([v.picklist(['all', 'used']), v.array(qualifiedGroup)], 'must be all, used, or a list such as [okta:staff]'),
  'used',
);

const allow = v.record(text, v.array(scopeToken, 'must be a list of scopes'), 'must map resources to lists of scopes');

const hooks = v.strictObject({
  okta_events_secret: v.optional(v.pipe(text, v.minLength(20, 'must have at least 20 characters'))),
  okta_events_secret_file: v.optional(file),
  revocation_issuer: v.optional(bareUrl),
});

/** The part of an address after its `@`, compared in lower case. */
const emailDomain = v.pipe(
  text,
  v.toLowerCase(),
  v.regex(/^[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}$/, 'must be the domain of e-mail addresses, such as acme.com'),
);

/** A secret or key, or two of them while one replaces the other. */
const oneOrTwoHint = 'must be one text, or a list of two: [the new one, the old one]';
const oneOrTwo = v.union(
  [text, v.pipe(v.array(text), v.minLength(1, oneOrTwoHint), v.maxLength(2, oneOrTwoHint))],
  oneOrTwoHint,
);

const upstream = v.strictObject(
  {
    name: v.optional(label),
    domains: v.optional(v.array(emailDomain, 'must be a list such as [acme.com]')),
    icon: v.optional(file),
    issuer: bareUrl,
    discovery_url: v.optional(secureUrl),
    client_id: text,
    client_secret: v.optional(oneOrTwo),
    client_secret_file: v.optional(oneOrTwo),
    private_key_file: v.optional(oneOrTwo),
    client_secret_expires_at: v.optional(secretExpiry),
    client_auth: v.optional(v.picklist(['client_secret_basic', 'client_secret_post'])),
    scopes: v.optional(v.array(scopeToken, 'must be a list of scopes'), [
      'openid',
      'profile',
      'email',
      'offline_access',
    ]),
    preset: v.optional(v.picklist(presetNames, `must be one of ${presetNames.join(', ')}`), 'generic'),
    rotates: v.optional(v.picklist(['yes', 'no'], 'must be yes or no, or be left out')),
    refresh_leeway: v.optional(duration),
    groups_claim: v.optional(text, 'groups'),
    silent: v.optional(v.picklist(['on', 'off'], 'must be on or off'), 'on'),
    userinfo: v.optional(v.picklist(['on', 'off'], 'must be on or off'), 'on'),
    authorization_params: v.optional(v.record(text, text), {}),
    hooks: v.optional(hooks, {}),
  },
  'must be a map with at least issuer, client_id and one of client_secret, client_secret_file, private_key_file',
);

const signingAlgorithm = v.picklist(['ES256', 'RS256'], 'must be ES256 or RS256');

const resource = v.strictObject({
  name,
  scopes: v.record(scopeToken, perLanguage(plainName(300)), 'must map each scope to a description of what it allows'),
  tokens: v.optional(
    v.literal('minted', 'must be "minted". Latchkey does not pass on the provider’s own tokens'),
    'minted',
  ),
  lifetime: v.optional(tokenLifetime, '5m'),
  fresh: v.optional(freshness, '15m'),
  dpop: v.optional(v.picklist(['required', 'optional', 'off'], 'must be required, optional or off'), 'optional'),
  urls: v.optional(v.array(bareUrl, 'must be a list of URLs')),
  groups: carriedGroups,
  token_alg: v.optional(signingAlgorithm, 'ES256'),
});

const site = v.strictObject({
  name,
  icon: v.optional(file),
  allow,
  groups,
  consent: v.optional(v.picklist(['ask', 'granted'], 'must be ask or granted'), 'ask'),
  acr_values: v.optional(v.array(text, 'must be a list'), []),
  max_age: v.optional(duration),
  attach_tokens: v.optional(v.boolean('must be true or false'), false),
});

const device = v.strictObject({
  name,
  allow,
  groups,
  session: v.optional(lifetime, '30d'),
  // The default of OpenID Connect Registration §2, which many clients insist on.
  id_token_alg: v.optional(signingAlgorithm, 'RS256'),
  grant: v.optional(v.picklist(['device', 'loopback', 'both'], 'must be device, loopback or both'), 'device'),
  redirect_path: v.optional(
    v.pipe(text, v.regex(/^\/[\w.~/-]{0,127}$/, 'must be the path of a URL, such as /callback')),
    '/callback',
  ),
  number_matching: v.optional(v.boolean('must be true or false'), false),
});

const publicJwk = v.pipe(
  v.looseObject({ kty: v.picklist(['EC', 'OKP', 'RSA'], 'must be EC, OKP or RSA') }, 'must be a public key as a JWK'),
  v.check((jwk) => !('d' in jwk), 'is a private key. Keep it with the service, and put the public key here'),
);

/** A service's `jwks_file` (RFC 7517 §5). */
export const jwkSet = v.object({ keys: v.pipe(v.array(publicJwk), v.minLength(1)) });

const service = v.strictObject({
  allow: v.optional(allow, {}),
  introspect: v.optional(v.array(text, 'must be a list of resources'), []),
  public_jwk: v.optional(publicJwk),
  jwks_file: v.optional(file),
  secret_hash: v.optional(
    v.pipe(text, v.regex(secretHashForm, 'must be a hash as `latchkey services secret` prints it, not the secret')),
  ),
});

export const configSchema = v.strictObject({
  issuer: issuerUrl,
  listen: v.optional(listen, '127.0.0.1:8787'),
  admin_listen: v.optional(listen, '127.0.0.1:8788'),
  keep_alive: v.optional(keepAlive, '75s'),
  log_level: v.optional(v.picklist(logLevels), 'info'),
  rate_limit_factor: v.optional(
    v.pipe(
      v.number('must be a number'),
      v.minValue(0.01, 'must be from 0.01 to 10000'),
      v.maxValue(10_000, 'must be from 0.01 to 10000'),
    ),
    1,
  ),
  trusted_proxies: v.optional(
    v.array(
      v.pipe(
        text,
        v.check(isCidrBlock, 'must be a CIDR block such as 10.0.0.5/32'),
        v.check(
          (block) => !/\/0+$/.test(block),
          'matches every address, so anyone could forge proxy headers. List only your own proxies',
        ),
      ),
      'must be a list of CIDR blocks',
    ),
    [],
  ),
  store: v.optional(
    v.pipe(
      text,
      v.regex(/^(?:sqlite:.+|postgres(?:ql)?:\/\/.+)$/, 'must be sqlite:./file.db or postgres://…'),
      v.check(
        (store) => !store.startsWith('postgres') || isDatabaseUrl(store),
        'is a URL that cannot be read: percent-encode @ : / ? # % in its user name and password, such as # as %23',
      ),
    ),
    'sqlite:./latchkey.db',
  ),
  keys_file: file,
  session: v.optional(v.strictObject({ idle: v.optional(lifetime, '24h'), absolute: v.optional(lifetime, '14d') }), {}),
  tls: v.optional(
    v.strictObject({
      ca_file: v.optional(file),
      system_ca: v.optional(v.picklist(['on', 'off'], 'must be on or off'), 'off'),
    }),
    {},
  ),
  audit: v.optional(v.strictObject({ keep: v.optional(lifetime) }), {}),
  branding: v.optional(brandingSchema, {}),
  upstreams: v.pipe(
    v.record(v.pipe(text, v.regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be a short lower-case name')), upstream),
    v.check((value) => Object.keys(value).length > 0, 'must not be empty. Add at least one provider'),
  ),
  extension: v.optional(
    v.strictObject({
      chrome_ids: v.optional(v.array(v.pipe(text, v.regex(/^[a-p]{32}$/, 'must be 32 letters from a to p'))), []),
      firefox_ids: v.optional(v.array(v.pipe(text, v.regex(/^\S{1,80}$/))), []),
      chrome_key: v.optional(text),
      // Used and validated only by the extension build.
      name: v.optional(plainName(45)),
      icons: v.optional(v.record(text, text)),
    }),
    {},
  ),
  resources: v.record(resourceUrl, resource),
  origins: v.optional(v.record(origin, site), {}),
  devices: v.optional(v.record(v.pipe(text, v.regex(/^[\w.-]{1,64}$/, 'must be letters, digits, . _ -')), device), {}),
  services: v.optional(
    v.record(v.pipe(text, v.regex(/^[\w.-]{1,64}$/, 'must be letters, digits, . _ -')), service),
    {},
  ),
});

export type ConfigFile = v.InferOutput<typeof configSchema>;
