import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifier } from '../../clients/api/index.ts';
import { startBrokerAndIdp, type TestBroker } from './kit/broker.ts';
import { allowedCode } from './kit/native-flow.ts';

let broker: TestBroker;
let issuer: string;
const rsa = 'https://rsa.example.com';

beforeAll(async () => {
  broker = await startBrokerAndIdp((config) => {
    const { resources, devices } = config as {
      resources: Record<string, object>;
      devices: Record<string, { allow: Record<string, string[]>; id_token_alg?: string }>;
    };
    resources[rsa] = {
      name: 'API of a verifier that knows RS256 only',
      scopes: { 'rsa:read': 'Read' },
      token_alg: 'RS256',
    };
    for (const client of Object.values(devices)) client.allow[rsa] = ['rsa:read'];
    if (devices.tv) Object.assign(devices.tv, { id_token_alg: 'ES256', grant: 'both' });
  });
  issuer = broker.origins.broker;
});
afterAll(() => broker?.close());

const keys = () => createRemoteJWKSet(new URL(`${issuer}/jwks`));
async function tokensFor(client: string, scope: string) {
  const { code, redeem } = await allowedCode(broker, { client_id: client, scope });
  return (await redeem(code, { client_id: client })).body as { access_token: string; id_token: string };
}

describe('signatures', () => {
  it('of access tokens are ES256, or RS256 where the resource says so; everything accepts both', async () => {
    const es256 = await tokensFor('cli', 'openid orders:read');
    const rs256 = await tokensFor('cli', 'openid rsa:read');
    expect(decodeProtectedHeader(es256.access_token).alg).toBe('ES256');
    expect(decodeProtectedHeader(rs256.access_token)).toMatchObject({ alg: 'RS256', typ: 'at+jwt' });
    await jwtVerify(rs256.access_token, keys(), { issuer, audience: rsa, algorithms: ['RS256'] });
    const headers = { Authorization: `Bearer ${rs256.access_token}` };
    expect((await fetch(`${issuer}/verify?resource=${rsa}&scope=rsa:read`, { headers })).status).toBe(200);
    expect((await fetch(`${issuer}/userinfo`, { headers })).status).toBe(200);
    const verify = verifier({ issuer, audience: rsa, algorithms: ['RS256'] });
    expect(await verify(new Request(rsa, { headers }))).toMatchObject({ client_id: 'cli', scope: 'openid rsa:read' });
  });

  it('of ID tokens are RS256, or ES256 where the client says so', async () => {
    for (const [client, alg] of [
      ['cli', 'RS256'],
      ['tv', 'ES256'],
    ] as const) {
      const { id_token } = await tokensFor(client, 'openid orders:read');
      expect(decodeProtectedHeader(id_token).alg).toBe(alg);
      await jwtVerify(id_token, keys(), { issuer, audience: client, algorithms: [alg] });
    }
  });

  it('are announced: two keys of each algorithm, and what may be asked for', async () => {
    const { keys: published } = (await (await fetch(`${issuer}/jwks`)).json()) as {
      keys: { alg: string; d?: string }[];
    };
    expect(published.map(({ alg }) => alg).sort()).toEqual(['ES256', 'ES256', 'RS256', 'RS256']);
    for (const key of published)
      expect(Object.keys(key).some((name) => ['d', 'p', 'q', 'dp', 'dq', 'qi'].includes(name))).toBe(false);
    const metadata = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();
    expect(metadata).toMatchObject({ id_token_signing_alg_values_supported: ['RS256', 'ES256'] });
  });
});
