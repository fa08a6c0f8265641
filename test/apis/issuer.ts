import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { calculateJwkThumbprint, decodeJwt, exportJWK, generateKeyPair } from 'jose';
import { loadRing } from '../../broker/keys/ring.ts';
import { createLog } from '../../broker/log.ts';
import { createStore } from '../../broker/store/open.ts';
import { createSigningKeys } from '../../broker/tokens/signing-keys.ts';
import { createProof } from '../../shared/dpop.ts';
import { startBrokerAndIdp } from '../e2e/kit/broker.ts';
import { goodToken, hostileTokens } from '../e2e/kit/hostile-tokens.ts';
import { allowedCode } from '../e2e/kit/native-flow.ts';
import { createSessionClient } from '../e2e/kit/session-client.ts';

type Tree = Record<string, Record<string, object>>;

const otherResource = 'https://reports.example.com';

/** Starts a provider and a broker, and gets tokens from it, right and wrong ones. */
export async function startIssuer() {
  const broker = await startBrokerAndIdp((file) => {
    const { resources = {}, origins = {}, devices = {} } = file as Tree;
    const [api = ''] = Object.keys(resources);
    Object.assign(resources[api] ?? {}, { lifetime: '10m', fresh: '15m' });
    resources[otherResource] = { name: 'Reports API', scopes: { 'reports:read': 'See reports' }, groups: 'all' };
    for (const client of [...Object.values(origins), ...Object.values(devices)] as { allow: object }[]) {
      Object.assign(client.allow, { [otherResource]: ['reports:read'] });
    }
    for (const origin of Object.values(origins)) Object.assign(origin, { consent: 'granted' });
  });
  const { origins, dir } = broker;
  const audience = origins.api;

  const bound = await generateKeyPair('ES256');
  const boundKeys = { privateKey: bound.privateKey, publicJwk: await exportJWK(bound.publicKey) };

  const ada = await signedIn('ada', 'engine-1843');
  const mallory = await signedIn('mallory', 'intruder-1988');
  async function signedIn(username: string, password: string) {
    const client = await createSessionClient(origins.broker, undefined, origins.idp);
    await client.signIn(username, password);
    return async (wanted: { scope: string; origin?: string; resource?: string; jkt?: string }): Promise<string> => {
      const answer = await client.call('POST', '/session/token', {
        origin: origins.shop,
        resource: audience,
        ...wanted,
      });
      if (answer.status !== 200) throw new Error(`no token for ${username}: ${JSON.stringify(answer.body)}`);
      return answer.body.access_token;
    };
  }

  async function idToken(): Promise<string> {
    const { code, redeem } = await allowedCode(broker);
    const { id_token } = (await redeem(code)).body;
    if (typeof id_token !== 'string') throw new Error('the broker issued no ID token');
    return id_token;
  }

  const good = await ada({ scope: 'orders:read' });

  /** Signs with the broker's own key what it never issues. */
  async function forged(): Promise<Map<string, string>> {
    const now = Date.now;
    const store = await createStore(`sqlite:${join(dir, 'latchkey.db')}`, { now });
    const keys = createSigningKeys({
      store,
      ring: loadRing(join(dir, 'keys')),
      now,
      log: createLog(process.stderr),
    });
    const { kid, privateKey } = await keys.current();
    await store.close();
    const options = { claims: decodeJwt(good), kid, privateKey, now: now() };
    const tokens = new Map(hostileTokens(options).map(({ name, token }) => [name, token]));
    return tokens.set('signed like the broker', goodToken(options));
  }

  const tokens = {
    good,
    otherAudience: await ada({ resource: otherResource, scope: 'reports:read' }),
    otherScope: await ada({ scope: 'orders:write' }),
    otherGroup: await mallory({ origin: origins.notes, scope: 'orders:read' }),
    idToken: await idToken(),
    bound: await ada({ scope: 'orders:read', jkt: await calculateJwkThumbprint(boundKeys.publicJwk) }),
    forged: await forged(),
  };

  return {
    issuer: origins.broker,
    audience,
    tokens,
    /** A proof with the key that `tokens.bound` is bound to. */
    proofFor: (method: string, url: string) =>
      createProof(
        boundKeys,
        { method, url, ath: createHash('sha256').update(tokens.bound).digest('base64url') },
        Date.now(),
      ),
    close: () => broker.close(),
  };
}

export type Issuer = Awaited<ReturnType<typeof startIssuer>>;
