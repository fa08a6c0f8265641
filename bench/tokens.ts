import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { decodeJwt } from 'jose';
import { loadRing } from '../broker/keys/ring.ts';
import { createLog } from '../broker/log.ts';
import { createStore } from '../broker/store/open.ts';
import { sign } from '../broker/tokens/sign.ts';
import { createSigningKeys } from '../broker/tokens/signing-keys.ts';
import { createSessionClient } from '../test/e2e/kit/session-client.ts';
import type { Stack } from './stack.ts';

/** Access tokens of the stack's broker. */
export interface BenchTokens {
  issuer: string;
  jwksUri: string;
  audience: string;
  /** The same token each time, of a person who is signed in. */
  seen: string;
  /** Tokens of that person that nobody has seen. They differ in their `jti` only. */
  fresh(count: number): readonly string[];
}

const encode = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url');

/** A token that the broker minted, and as many like it as wanted, which are signed here with the broker's key. */
export async function createTokens({ origins, state }: Stack): Promise<BenchTokens> {
  const client = await createSessionClient(origins.broker, undefined, origins.idp);
  await client.signIn();
  const asked = { origin: origins.notes, resource: origins.api, scope: 'orders:read' };
  const { status, body } = await client.call('POST', '/session/token', asked);
  if (status !== 200) throw new Error(`/session/token answered ${status} ${JSON.stringify(body)}`);
  const { kid, privateKey } = await signingKey(dirname(state.configFile));
  // The benchmark may take longer than a token lives.
  const exp = Math.floor(Date.now() / 1_000) + 3_600;
  const claims = { ...decodeJwt(body.access_token), exp };
  const head = encode({ alg: 'ES256', typ: 'at+jwt', kid });
  const next = (): string => {
    const input = `${head}.${encode({ ...claims, jti: randomUUID() })}`;
    return `${input}.${sign('ES256', input, privateKey)}`;
  };
  return {
    issuer: origins.broker,
    jwksUri: `${origins.broker}/jwks`,
    audience: origins.api,
    seen: next(),
    fresh: (count) => Array.from({ length: count }, next),
  };
}

async function signingKey(dir: string) {
  const now = Date.now;
  const store = await createStore(`sqlite:${join(dir, 'latchkey.db')}`, { now });
  try {
    const ring = loadRing(join(dir, 'keys'));
    return await createSigningKeys({ store, ring, now, log: createLog(process.stderr) }).current();
  } finally {
    await store.close();
  }
}
