import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { calculateJwkThumbprint, decodeJwt, exportJWK, generateKeyPair } from 'jose';
import { loadRing } from '../../broker/keys/ring.ts';
import { createLog } from '../../broker/log.ts';
import { createMetrics } from '../../broker/metrics/metrics.ts';
import { newSecret } from '../../broker/oauth/client-authentication/client-secret.ts';
import { createStore } from '../../broker/store/open.ts';
import { createMinter } from '../../broker/tokens/minter.ts';
import { createSigningKeys } from '../../broker/tokens/signing-keys.ts';
import { createApi } from '../../demo/api/api.ts';
import { demoUsers } from '../../demo/users.ts';
import { createProof } from '../../shared/dpop.ts';
import { startBrokerAndIdp } from '../e2e/kit/broker.ts';
import { hostileTokens } from '../e2e/kit/hostile-tokens.ts';
import { createSessionClient } from '../e2e/kit/session-client.ts';
import { startBackend } from './backend.ts';

type Tree = Record<string, unknown>;

export const reportsResource = 'http://127.0.0.1:1/reports';

/** Provider, broker, API, and the tokens of several users and services. */
export async function startStack() {
  const { secret, hash } = newSecret();
  const broker = await startBrokerAndIdp((file) => {
    const resources = file.resources as Tree;
    const [api = ''] = Object.keys(resources);
    const lasting = { lifetime: '10m', fresh: '15m' };
    Object.assign(resources[api] as Tree, lasting);
    resources[reportsResource] = { name: 'Reports API', scopes: { 'reports:read': 'See reports' }, ...lasting };
    file.services = {
      writer: { allow: { [api]: ['orders:write'] }, secret_hash: hash },
      reporter: { allow: { [reportsResource]: ['reports:read'] }, secret_hash: hash },
    };
    file.trusted_proxies = ['127.0.0.0/8'];
  });
  const { origins, dir } = broker;
  const api = createApi({
    issuer: origins.broker,
    resource: origins.api,
    sites: [origins.shop, origins.notes],
    customers: new Map(demoUsers.map((user) => [user.username, user])),
    now: Date.now,
  });
  const backend = await startBackend(getRequestListener(api.fetch));

  const bound = await generateKeyPair('ES256');
  const boundKeys = { privateKey: bound.privateKey, publicJwk: await exportJWK(bound.publicKey) };

  async function personToken(username: string, password: string, jkt?: string): Promise<string> {
    const client = await createSessionClient(origins.broker, undefined, origins.idp);
    await client.signIn(username, password);
    const body = { origin: origins.notes, resource: origins.api, scope: 'orders:read', ...(jkt ? { jkt } : {}) };
    const answer = await client.call('POST', '/session/token', body);
    if (answer.status !== 200) throw new Error(`no token for ${username}: ${JSON.stringify(answer.body)}`);
    return answer.body.access_token;
  }

  async function serviceToken(name: string): Promise<string> {
    const answer = await fetch(`${origins.broker}/token`, {
      method: 'POST',
      headers: { Authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    const body = (await answer.json()) as { access_token?: string };
    if (body.access_token === undefined) throw new Error(`no token for ${name}: ${JSON.stringify(body)}`);
    return body.access_token;
  }

  const tokens = {
    ada: await personToken('ada', 'engine-1843'),
    mallory: await personToken('mallory', 'intruder-1988'),
    writer: await serviceToken('writer'),
    reporter: await serviceToken('reporter'),
    bound: await personToken('ada', 'engine-1843', await calculateJwkThumbprint(boundKeys.publicJwk)),
    ...(await mintedBy(origins.broker, dir)),
  };

  /** Signs with the broker's own key what the test provider can't produce: a strong sign-in, and hostile tokens. */
  async function mintedBy(issuer: string, folder: string) {
    const now = Date.now;
    const store = await createStore(`sqlite:${join(folder, 'latchkey.db')}`, { now });
    const log = createLog(process.stderr);
    const keys = createSigningKeys({ store, ring: loadRing(join(folder, 'keys')), now, log });
    const { kid, privateKey } = await keys.current();
    const seconds = Math.floor(now() / 1_000);
    const claims = {
      sub: 'ada',
      aud: origins.api,
      client_id: 'latchkey-extension',
      scope: 'orders:read',
      auth_time: seconds,
      acr: 'phr',
      exp: seconds + 600,
    };
    const strong = await createMinter({ issuer, keys, metrics: createMetrics(), now }).accessToken(claims);
    await store.close();
    return { strong, hostile: hostileTokens({ claims: decodeJwt(strong), kid, privateKey, now: now() }) };
  }

  return {
    origins,
    tokens,
    backendPort: backend.port,
    brokerPort: Number(new URL(origins.broker).port),
    /** A proof with the key that `tokens.bound` is bound to. */
    proofFor: (method: string, url: string) =>
      createProof(
        boundKeys,
        { method, url, ath: createHash('sha256').update(tokens.bound).digest('base64url') },
        Date.now(),
      ),
    stopBroker: () => broker.close(),
    stopBackend: () => backend.close(),
  };
}

export type Stack = Awaited<ReturnType<typeof startStack>>;
