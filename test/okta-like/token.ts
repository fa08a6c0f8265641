import { createHash } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { decodeJwt } from 'jose';
import { ProofError, verifyProof } from '../../shared/dpop.ts';
import type { Codes } from './authorize.ts';
import type { Families } from './families.ts';
import type { Grant, OktaOptions } from './model.ts';
import { expiresIn, type Signer } from './tokens.ts';

interface Deps extends OktaOptions {
  tokenEndpoint: string;
  codes: Codes;
  families: Families;
  signer: Signer;
}

/** Nonces at Okta live for a day, this one for as long as the test: https://developer.okta.com/docs/guides/dpop/ */
const currentNonce = 'okta-like-nonce-1';

/** `/v1/token`, `/v1/userinfo` and `/v1/revoke`. */
export function createToken({ tokenEndpoint, client, users, codes, families, signer, dpop = false }: Deps): Hono {
  const app = new Hono();
  const authenticated = (c: Context) => {
    const [, basic = ''] = /^Basic (.+)$/.exec(c.req.header('authorization') ?? '') ?? [];
    const [id, secret] = Buffer.from(basic, 'base64').toString().split(':').map(decodeURIComponent);
    return id === client.id && secret === client.secret;
  };
  const refuse = (c: Context, status: 400 | 401, error: string, description: string) =>
    c.json({ error, error_description: description }, status);
  const answer = async (c: Context, grant: Grant, refreshToken: string | undefined, nonce?: string) =>
    c.json(
      {
        token_type: dpop ? 'DPoP' : 'Bearer',
        expires_in: expiresIn,
        access_token: await signer.accessToken(grant),
        scope: grant.scopes.join(' '),
        id_token: await signer.idToken(grant, nonce),
        ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
      },
      200,
      { 'Cache-Control': 'no-store' },
    );

  async function requireProof(c: Context): Promise<Response | undefined> {
    if (!dpop) return undefined;
    const proof = c.req.header('dpop');
    if (proof === undefined) {
      return refuse(c, 400, 'invalid_dpop_proof', 'The DPoP proof JWT header is missing.');
    }
    try {
      const { nonce } = await verifyProof(proof, { method: 'POST', url: tokenEndpoint });
      if (nonce === currentNonce) return undefined;
    } catch (error) {
      if (!(error instanceof ProofError)) throw error;
      return refuse(c, 400, 'invalid_dpop_proof', 'The DPoP proof JWT is invalid.');
    }
    c.header('dpop-nonce', currentNonce);
    return refuse(c, 400, 'use_dpop_nonce', 'Authorization server requires nonce in DPoP proof.');
  }

  app.post('/token', async (c) => {
    if (!authenticated(c)) {
      return refuse(c, 401, 'invalid_client', 'The client secret supplied for a confidential client is invalid.');
    }
    const unproven = await requireProof(c);
    if (unproven) return unproven;
    const form = await c.req.parseBody();

    if (form.grant_type === 'authorization_code') {
      const known = codes.get(String(form.code));
      codes.delete(String(form.code));
      const challenge = createHash('sha256').update(String(form.code_verifier)).digest('base64url');
      if (!known || known.redirectUri !== form.redirect_uri || known.challenge !== challenge) {
        return refuse(c, 400, 'invalid_grant', 'The authorization code is invalid or has expired.');
      }
      const lasting = known.grant.scopes.includes('offline_access');
      return answer(c, known.grant, lasting ? families.begin(known.grant) : undefined, known.nonce);
    }
    if (form.grant_type === 'refresh_token') {
      const used = families.use(String(form.refresh_token));
      return used
        ? answer(c, used.grant, used.next)
        : refuse(c, 400, 'invalid_grant', 'The refresh token is invalid or expired.');
    }
    return refuse(c, 400, 'unsupported_grant_type', 'The authorization grant type is not supported.');
  });

  app.get('/userinfo', (c) => {
    const [, token = ''] = /^(?:Bearer|DPoP) (.+)$/.exec(c.req.header('authorization') ?? '') ?? [];
    const uid = token === '' ? undefined : decodeJwt(token).uid;
    const user = users.find(({ id }) => id === uid);
    if (!user) return refuse(c, 401, 'invalid_token', 'The access token is invalid.');
    return c.json({ sub: user.id, name: user.name, email: user.login, groups: user.groups });
  });

  app.post('/revoke', async (c) => {
    if (!authenticated(c)) return refuse(c, 401, 'invalid_client', 'No client credentials found.');
    const { token } = await c.req.parseBody();
    families.revoke(String(token));
    return c.body(null, 200);
  });
  return app;
}
