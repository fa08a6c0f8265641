import { createHash, randomBytes } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { OktaUser } from '../model.ts';
import type { Dialect, DialectGrant, Sign } from './dialect.ts';

const lifeSeconds = 3_600;

export interface ProviderOptions {
  client: { id: string; secret: string; redirectUris: string[] };
  users: readonly OktaUser[];
  now: () => number;
}

/**
 * A fake provider, for tests, that speaks a {@link Dialect}. `fetch` stands for the network, where every address of the
 * provider is reached. A `POST` of a `username` to the authorization endpoint signs that person in.
 */
export async function createProvider<D extends Dialect>(dialect: D, { client, users, now }: ProviderOptions) {
  const { endpoints, errors } = dialect;
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'dialect-1', alg: 'RS256', use: 'sig' };
  const codes = new Map<string, DialectGrant>();
  const people = new Map<string, OktaUser>();
  /** Answers in place of the endpoint with this address. May be set at any time. */
  const instead = new Map<string, () => Response>();
  /** The authorization requests, and the forms that the token endpoint got. */
  const seen = { authorizations: [] as URLSearchParams[], forms: [] as URLSearchParams[] };

  const sign: Sign = (claims, header) => {
    const iat = Math.floor(now() / 1_000);
    return new SignJWT({ iss: dialect.issuer, iat, exp: iat + lifeSeconds, ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: jwk.kid, ...header })
      .sign(privateKey);
  };

  async function authorize(request: Request): Promise<Response> {
    const asked = new URL(request.url).searchParams;
    seen.authorizations.push(asked);
    const redirectUri = asked.get('redirect_uri') ?? '';
    const isKnown = asked.get('client_id') === client.id && client.redirectUris.includes(redirectUri);
    const refusal = isKnown ? dialect.refusesRequest?.(asked) : 'redirect_uri_mismatch';
    if (refusal !== undefined) return new Response(refusal, { status: 400 });
    const { username } = Object.fromEntries(new URLSearchParams(await request.text()));
    const user = users.find(({ login }) => login === username);
    if (!user) return new Response('Sign in', { status: 200 });
    const answer = dialect.refusesPerson?.(user) ?? { code: codeFor(user, asked) };
    const back = new URL(redirectUri);
    for (const [name, value] of Object.entries({ ...answer, state: asked.get('state') ?? '' }))
      back.searchParams.set(name, value);
    return Response.redirect(back.href, 302);
  }

  function codeFor(user: OktaUser, asked: URLSearchParams): string {
    const code = randomBytes(24).toString('base64url');
    const scopes = (asked.get('scope') ?? '').split(' ');
    codes.set(code, { user, scopes, authTime: Math.floor(now() / 1_000), asked });
    return code;
  }

  async function token(request: Request): Promise<Response> {
    const form = new URLSearchParams(await request.text());
    seen.forms.push(form);
    if (!isClient(request, form)) return errors.client();
    if (form.get('grant_type') === 'refresh_token') {
      const used = dialect.refreshTokens.use(form.get('refresh_token') ?? '');
      return used ? tokens(used.grant, used.next) : errors.grant();
    }
    const grant = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (!grant || grant.asked.get('code_challenge') !== challenge) return errors.grant();
    const isOffline = dialect.isOffline(grant.asked);
    return tokens(grant, isOffline ? dialect.refreshTokens.begin(grant) : undefined, grant.asked.get('nonce'));
  }

  function isClient(request: Request, form: URLSearchParams): boolean {
    const [, basic] = /^Basic (.+)$/.exec(request.headers.get('authorization') ?? '') ?? [];
    const [id, secret] =
      basic === undefined
        ? [form.get('client_id'), form.get('client_secret')]
        : Buffer.from(basic, 'base64').toString().split(':').map(decodeURIComponent);
    return id === client.id && secret === client.secret;
  }

  async function tokens(grant: DialectGrant, refreshToken: string | undefined, nonce?: string | null) {
    const accessToken = await dialect.accessToken(grant, sign);
    people.set(accessToken, grant.user);
    return Response.json({
      token_type: 'Bearer',
      expires_in: lifeSeconds,
      access_token: accessToken,
      scope: grant.scopes.join(' '),
      id_token: await sign({ aud: client.id, ...dialect.idToken(grant), ...(nonce ? { nonce } : {}) }),
      ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
    });
  }

  function userInfo(request: Request): Response {
    const user = people.get((request.headers.get('authorization') ?? '').replace('Bearer ', ''));
    return user ? Response.json(dialect.userInfo(user)) : Response.json({ error: 'invalid_token' }, { status: 401 });
  }

  const metadataOf = (issuer: string) =>
    Response.json({
      issuer,
      authorization_endpoint: endpoints.authorization,
      token_endpoint: endpoints.token,
      userinfo_endpoint: endpoints.userInfo,
      jwks_uri: endpoints.keys,
      ...(endpoints.revocation === undefined ? {} : { revocation_endpoint: endpoints.revocation }),
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    });

  const routes = new Map<string, (request: Request) => Response | Promise<Response>>([
    ...Object.entries(dialect.metadata).map(([url, issuer]) => [url, () => metadataOf(issuer)] as const),
    [endpoints.keys, () => Response.json({ keys: [jwk] })],
    [endpoints.authorization, authorize],
    [endpoints.token, token],
    [endpoints.userInfo, userInfo],
  ]);

  return {
    dialect,
    tokenEndpoint: endpoints.token,
    seen,
    instead,
    sign,
    fetch: async (input: Parameters<typeof globalThis.fetch>[0], init?: RequestInit): Promise<Response> => {
      const request = new Request(input, init);
      const { origin, pathname } = new URL(request.url);
      const address = `${origin}${pathname}`;
      return instead.get(address)?.() ?? routes.get(address)?.(request) ?? new Response('', { status: 404 });
    },
  };
}
