import { Hono } from 'hono';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { createAuthorize } from './authorize.ts';
import { createFamilies } from './families.ts';
import { managementError } from './management-error.ts';
import type { Grant, OktaOptions } from './model.ts';
import { createSignals } from './okta-signals.ts';
import { createRateLimit } from './rate-limit.ts';
import { createToken } from './token.ts';
import { createSigner } from './tokens.ts';

/** `/oauth2/default`, the authorization server that every Okta org has. */
export const authorizationServer = '/oauth2/default';

/**
 * A fake of Okta, for tests: not Okta, and not made by it. It behaves as Okta's public documentation says where that
 * differs from other providers: paths, rotation with a leeway after which reuse ends the family, `scp` and
 * `cid` in access tokens without a `typ`, rate limits told in `X-Rate-Limit-*` and never in `Retry-After`,
 * errors of its management API, DPoP nonces at the token endpoint.
 */
export async function createOktaLike(options: OktaOptions) {
  const { org, client, now, server = authorizationServer } = options;
  const issuer = `${org}${server}`;
  // The org server has its endpoints below /oauth2/v1, a custom one below its issuer.
  // https://developer.okta.com/docs/concepts/auth-servers/
  const base = server === '' ? '/oauth2' : server;
  const keys = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'okta-like-1', alg: 'RS256', use: 'sig' };
  const signer = createSigner({
    issuer,
    clientId: client.id,
    privateKey: keys.privateKey,
    kid: jwk.kid,
    now,
    // Access tokens of the org server are for Okta alone: https://developer.okta.com/docs/concepts/auth-servers/
    audience: server === '' ? org : 'api://default',
    isThin: options.claimsOnRequest ?? false,
  });
  const families = createFamilies({ now, leewayMs: (options.leewaySeconds ?? 30) * 1_000 });
  const rateLimit = createRateLimit({ now });
  const codes = new Map<string, { grant: Grant; redirectUri: string; challenge: string; nonce: string | undefined }>();

  const metadata = {
    issuer,
    authorization_endpoint: `${org}${base}/v1/authorize`,
    token_endpoint: `${org}${base}/v1/token`,
    userinfo_endpoint: `${org}${base}/v1/userinfo`,
    jwks_uri: `${org}${base}/v1/keys`,
    revocation_endpoint: `${org}${base}/v1/revoke`,
    end_session_endpoint: `${org}${base}/v1/logout`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid', 'profile', 'email', 'groups', 'offline_access'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    code_challenge_methods_supported: ['S256'],
  };
  // Okta has both below the issuer's path, which for the first is not where RFC 8414 would look.
  const discovery = new Hono();
  discovery.get('/openid-configuration', (c) => c.json(metadata));
  discovery.get('/oauth-authorization-server', (c) => c.json(metadata));
  const as = new Hono();
  as.get('/v1/keys', (c) => c.json({ keys: [jwk] }));
  as.route('/v1/authorize', createAuthorize({ ...options, codes }));
  as.route('/v1', createToken({ ...options, tokenEndpoint: metadata.token_endpoint, codes, families, signer }));

  const app = new Hono();
  app.use(async (c, next) => {
    const limited = c.req.path.includes('/.well-known/') ? undefined : rateLimit.take(c.req.path);
    if (limited?.exceeded) return managementError(429, 'E0000047', { ...limited.headers, date: httpDate(now()) });
    await next();
    for (const [name, value] of Object.entries(limited?.headers ?? {})) c.res.headers.set(name, value);
    c.res.headers.set('date', httpDate(now()));
    return undefined;
  });
  app.route(`${server}/.well-known`, discovery);
  app.route(base, as);
  if (server !== '') app.route('/', orgServer({ org, jwk }));
  app.all('/api/v1/*', () => managementError(401, 'E0000011'));
  app.notFound(() => managementError(404, 'E0000007'));

  const signals = createSignals({ org, clientId: client.id, privateKey: keys.privateKey, kid: jwk.kid, now });
  return { app, issuer, families, rateLimit, signals };
}

/** What every org has beside its custom servers: metadata and keys, which Universal Logout is signed by. */
function orgServer({ org, jwk }: { org: string; jwk: JWK }): Hono {
  const app = new Hono();
  const jwks_uri = `${org}/oauth2/v1/keys`;
  app.get('/.well-known/openid-configuration', (c) => c.json({ issuer: org, jwks_uri }));
  app.get('/oauth2/v1/keys', (c) => c.json({ keys: [jwk] }));
  return app;
}

export type OktaLike = Awaited<ReturnType<typeof createOktaLike>>;

const httpDate = (ms: number): string => new Date(ms).toUTCString();
