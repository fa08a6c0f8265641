import { Hono } from 'hono';
import { exportJWK, generateKeyPair } from 'jose';
import { createAuthorize } from './authorize.ts';
import { createFamilies } from './families.ts';
import { managementError } from './management-error.ts';
import type { Grant, OktaOptions } from './model.ts';
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
  const { org, client, now } = options;
  const issuer = `${org}${authorizationServer}`;
  const keys = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'okta-like-1', alg: 'RS256', use: 'sig' };
  const signer = createSigner({ issuer, clientId: client.id, privateKey: keys.privateKey, kid: jwk.kid, now });
  const families = createFamilies({ now, leewayMs: (options.leewaySeconds ?? 30) * 1_000 });
  const rateLimit = createRateLimit({ now });
  const codes = new Map<string, { grant: Grant; redirectUri: string; challenge: string; nonce: string | undefined }>();

  const as = new Hono();
  const metadata = {
    issuer,
    authorization_endpoint: `${issuer}/v1/authorize`,
    token_endpoint: `${issuer}/v1/token`,
    userinfo_endpoint: `${issuer}/v1/userinfo`,
    jwks_uri: `${issuer}/v1/keys`,
    revocation_endpoint: `${issuer}/v1/revoke`,
    end_session_endpoint: `${issuer}/v1/logout`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid', 'profile', 'email', 'groups', 'offline_access'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    code_challenge_methods_supported: ['S256'],
  };
  // Okta has both below the issuer's path, which for the first is not where RFC 8414 would look.
  as.get('/.well-known/openid-configuration', (c) => c.json(metadata));
  as.get('/.well-known/oauth-authorization-server', (c) => c.json(metadata));
  as.get('/v1/keys', (c) => c.json({ keys: [jwk] }));
  as.route('/v1/authorize', createAuthorize({ ...options, codes }));
  as.route('/v1', createToken({ ...options, issuer, codes, families, signer }));

  const app = new Hono();
  app.use(async (c, next) => {
    const limited = c.req.path.includes('/.well-known/') ? undefined : rateLimit.take(c.req.path);
    if (limited?.exceeded) return managementError(429, 'E0000047', { ...limited.headers, date: httpDate(now()) });
    await next();
    for (const [name, value] of Object.entries(limited?.headers ?? {})) c.res.headers.set(name, value);
    c.res.headers.set('date', httpDate(now()));
    return undefined;
  });
  app.route(authorizationServer, as);
  app.all('/api/v1/*', () => managementError(401, 'E0000011'));
  app.notFound(() => managementError(404, 'E0000007'));

  return { app, issuer, families, rateLimit };
}

export type OktaLike = Awaited<ReturnType<typeof createOktaLike>>;

const httpDate = (ms: number): string => new Date(ms).toUTCString();
