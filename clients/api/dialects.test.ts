import { createHmac, createPublicKey, type KeyObject } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { hostileTokens } from '../../test/e2e/kit/hostile-tokens.ts';
import { dialects, type ProviderName, verifier } from './index.ts';
import { audience } from './testing/issuer.ts';

const now = Date.UTC(2030, 0, 1);
const seconds = now / 1_000;
const times = { iat: seconds, exp: seconds + 300 };

/** Access tokens as each provider documents them, without irrelevant claims. */
const providers: Record<
  Exclude<ProviderName, 'latchkey'>,
  { issuer: string; typ?: string; claims: Record<string, unknown>; read: Record<string, unknown> }
> = {
  generic: {
    issuer: 'https://op.example.com',
    typ: 'at+jwt',
    claims: { sub: 'u1', client_id: 'app', scope: 'a b', groups: ['staff'], jti: 'j1' },
    read: { scope: 'a b', groups: ['staff'] },
  },
  okta: {
    issuer: 'https://acme.okta.com/oauth2/default',
    claims: {
      ver: 1,
      jti: 'AT.1',
      sub: 'ada@example.com',
      cid: 'app',
      uid: '00u1',
      scp: ['a', 'b'],
      groups: ['staff'],
    },
    read: { scope: 'a b', groups: ['staff'] },
  },
  entra: {
    issuer: 'https://login.microsoftonline.com/tenant/v2.0',
    typ: 'JWT',
    claims: { ver: '2.0', sub: 's', oid: 'o', azp: 'app', scp: 'a b', roles: ['Orders.Admin'], groups: ['guid-1'] },
    read: { scope: 'a b', groups: ['guid-1', 'Orders.Admin'] },
  },
  auth0: {
    issuer: 'https://acme.eu.auth0.com/',
    typ: 'JWT',
    claims: { sub: 'auth0|1', azp: 'app', scope: 'openid a', permissions: ['a', 'b'] },
    read: { scope: 'a b', groups: undefined },
  },
  keycloak: {
    issuer: 'https://id.example.com/realms/acme',
    typ: 'JWT',
    claims: {
      sub: 'u',
      typ: 'Bearer',
      azp: 'app',
      scope: 'a b',
      realm_access: { roles: ['staff'] },
      acr: '1',
      jti: 'j',
    },
    read: { scope: 'a b', groups: ['staff'] },
  },
};

describe.each(Object.entries(providers))('tokens of %s', (name, { issuer, typ, claims, read }) => {
  const provider = name as Exclude<ProviderName, 'latchkey'>;
  let asked: string[];
  let rsa: Awaited<ReturnType<typeof generateKeyPair>>;
  let ec: Awaited<ReturnType<typeof generateKeyPair>>;
  let jwks: { keys: JWK[] };

  const fetch: typeof globalThis.fetch = async (input) => {
    asked.push(String(input));
    return Response.json(String(input).endsWith('/keys') ? jwks : { issuer, jwks_uri: `${issuer}/keys` });
  };
  const make = (more: Partial<Parameters<typeof verifier>[0]> = {}) =>
    verifier({ issuer, audience, provider, clients: ['app'], fetch, now: () => now, ...more });
  const all = { iss: issuer, aud: audience, ...times, ...claims };
  const sign = (changes: Record<string, unknown> = {}, header: Record<string, unknown> = {}) =>
    new SignJWT({ ...all, ...changes })
      .setProtectedHeader({ alg: 'RS256', kid: 'r1', ...(typ === undefined ? {} : { typ }), ...header } as {
        alg: 'RS256';
      })
      .sign(rsa.privateKey);
  const call = (token: string) => new Request(audience, { headers: { authorization: `Bearer ${token}` } });
  const refusal = async (verify: ReturnType<typeof make>, token: string, requirements = {}) =>
    verify(call(token), requirements).then(
      () => ({ reason: 'none: it was accepted' }),
      (error: unknown) => error as { code: string; reason: string; message: string },
    );

  beforeAll(async () => {
    asked = [];
    rsa = await generateKeyPair('RS256', { extractable: true });
    ec = await generateKeyPair('ES256', { extractable: true });
    jwks = {
      // Entra's keys have no `alg`.
      keys: [
        { ...(await exportJWK(rsa.publicKey)), kid: 'r1', use: 'sig' },
        { ...(await exportJWK(ec.publicKey)), kid: 'e1', use: 'sig' },
      ],
    };
  });

  it('are read into the names of RFC 9068', async () => {
    const verified = await make()(call(await sign()), { scopes: ['a'] });
    expect(verified).toMatchObject({ client_id: 'app', sub: claims.sub });
    expect({ scope: verified.scope, groups: verified.groups }).toEqual(read);
    expect(verified.azp).toBeUndefined();
    expect(asked).toContain(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  });

  it('are refused where they were issued to another application', async () => {
    expect(await refusal(make({ clients: ['another'] }), await sign())).toMatchObject({ reason: 'wrong_client' });
  });

  it('are refused where they name no application, as ID tokens do not', async () => {
    const nameless = await sign({ client_id: undefined, cid: undefined, azp: undefined });
    expect(await refusal(make(), nameless)).toMatchObject({ reason: 'missing_claim' });
  });

  it('need a list of applications', () => {
    expect(() => verifier({ issuer, audience, provider })).toThrow(/clients/);
    expect(() => make({ clients: [] })).toThrow(/clients/);
  });

  it.each(['logout+jwt', 'dpop+jwt', 'id+jwt'])('are never of type %s', async (other) => {
    expect(await refusal(make(), await sign({}, { typ: other }))).toMatchObject({ reason: 'wrong_type' });
  });

  it('are refused with HS256 and the public RSA key', async () => {
    const pem = createPublicKey({ key: jwks.keys[0] as JWK, format: 'jwk' } as never) as KeyObject;
    const [, body] = (await sign()).split('.');
    const head = Buffer.from(JSON.stringify({ alg: 'HS256', kid: 'r1', typ })).toString('base64url');
    const mac = createHmac('sha256', pem.export({ format: 'pem', type: 'spki' })).update(`${head}.${body}`);
    const forged = `${head}.${body}.${mac.digest('base64url')}`;
    expect(await refusal(make(), forged)).toMatchObject({ reason: 'wrong_algorithm' });
  });

  it('are refused with a key that is for another algorithm', async () => {
    const crossed = await sign({}, { kid: 'e1' });
    const verify = make({ algorithms: ['RS256', 'ES256'] });
    expect(await refusal(verify, crossed)).toMatchObject({ reason: 'wrong_algorithm' });
  });

  it('are refused if they are any of the hostile ones', async () => {
    const verify = make({ algorithms: ['ES256'] });
    // A provider's tokens may have the type `JWT` or none. Then the client claim and the audience decide.
    const harmless = dialects[provider].types.some((type) => type === 'jwt') ? /^(no typ|wrong typ: JWT)$/ : /^$/;
    const longest = dialects[provider].maxLength > 9_000 ? /^a token of 9 kB$/ : /^$/;
    const made = hostileTokens({ claims: all, kid: 'e1', privateKey: await exportJWK(ec.privateKey), now });
    for (const { name: what, token } of made) {
      if (harmless.test(what) || longest.test(what)) continue;
      expect({ what, refused: await refusal(verify, token) }).toMatchObject({ refused: { code: 'invalid_token' } });
    }
  });
});

describe('what only one provider does', () => {
  const payload = (name: ProviderName, claims: Record<string, unknown>) => dialects[name].read(claims);

  it('Entra: an application without a person has roles, and v1 tokens name it appid', () => {
    expect(payload('entra', { appid: 'app', roles: ['Orders.Read.All'] })).toMatchObject({
      client_id: 'app',
      scope: 'Orders.Read.All',
    });
    expect(payload('entra', { azp: 'app', scp: 'a', roles: ['b'] })).toMatchObject({ scope: 'a' });
  });

  it('Auth0: without permissions, scope has them', () => {
    expect(payload('auth0', { azp: 'app', scope: 'a b' })).toMatchObject({ scope: 'a b', client_id: 'app' });
    expect(payload('auth0', { azp: 'app', scope: 'a b', permissions: [] })).toMatchObject({ scope: '' });
  });

  it('Keycloak: an ID token says so in its payload', () => {
    expect(dialects.keycloak.isAccessToken({ typ: 'ID' })).toBe(false);
    expect(dialects.keycloak.isAccessToken({ typ: 'Logout' })).toBe(false);
    expect(dialects.keycloak.isAccessToken({})).toBe(false);
    expect(dialects.keycloak.isAccessToken({ typ: 'DPoP' })).toBe(true);
  });

  it.each([null, 7, 'x', [], { roles: 'staff' }, { roles: [1, {}] }])(
    'Keycloak: realm_access %j breaks nothing',
    (realm) => {
      expect(payload('keycloak', { azp: 'app', realm_access: realm })).toMatchObject({ groups: [] });
    },
  );
});
