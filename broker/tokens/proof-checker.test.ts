import { randomBytes } from 'node:crypto';
import { createProof } from '@latchkey/shared/dpop.ts';
import { exportJWK, generateKeyPair } from 'jose';
import { describe, expect, it } from 'vitest';
import { compose } from '../compose.ts';
import { parseConfig } from '../config/load.ts';
import { createRing } from '../keys/ring.ts';
import { createStore } from '../store/open.ts';

const issuer = 'https://latchkey.example.com';
const target = { method: 'POST', url: `${issuer}/session/token` };
const { privateKey, publicKey } = await generateKeyPair('ES256');
const keys = { privateKey, publicJwk: await exportJWK(publicKey) };
const ring = createRing([{ kid: 'k1', key: randomBytes(32) }]);
const now = () => 1_800_000_000_000;

/** Brokers with the same ring and store, one after the other or beside each other, as `store` in the configuration says. */
async function brokers(store: string) {
  const shared = await createStore('sqlite::memory:', { now });
  await shared.migrate();
  const source = `
issuer: ${issuer}
keys_file: keys
resources: { https://api.example.com: { name: API, scopes: { read: Read } } }
upstreams: { okta: { issuer: "https://acme.okta.com", client_id: latchkey, client_secret: "\${SECRET}" } }`;
  const config = { ...parseConfig(source, '/nowhere/latchkey.yaml', { SECRET: 'of-this-test-only' }), store };
  const log = { info() {}, warn() {}, error() {} };
  const start = () =>
    compose({
      config,
      store: shared,
      ring,
      log,
      now,
      elapsed: now,
      fetch: () => Promise.reject(new Error('no network here')),
      random: () => 0,
      sleep: () => Promise.resolve(),
      every: () => () => {},
    });
  return { start, close: () => shared.close() };
}

async function use({ checkProof }: Pick<ReturnType<typeof compose>, 'checkProof'>, proof: string): Promise<string> {
  try {
    await (await checkProof(proof, target)).use();
    return 'used';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe('a proof that was used', () => {
  it.each(['sqlite:./latchkey.db', 'postgres://latchkey@db.example.com/latchkey'])(
    'is refused by the same broker, by one that was started since, and by one beside it: %s',
    async (store) => {
      const { start, close } = await brokers(store);
      const [one, beside] = [start(), start()];
      const proof = await createProof(keys, { ...target, nonce: one.nonces.issue() }, now());
      expect(await use(one, proof)).toBe('used');
      expect(await use(one, proof)).toBe('invalid_dpop_proof');
      for (const other of [beside, start()]) {
        expect(['invalid_dpop_proof', 'use_dpop_nonce']).toContain(await use(other, proof));
        const next = await createProof(keys, { ...target, nonce: other.nonces.issue() }, now());
        expect(await use(other, next)).toBe('used');
        expect(await use(other, next)).toBe('invalid_dpop_proof');
      }
      await close();
    },
  );

  it('takes nothing from replicas: each accepts the nonces of the others', async () => {
    const { start, close } = await brokers('postgres://latchkey@db.example.com/latchkey');
    const proof = await createProof(keys, { ...target, nonce: start().nonces.issue() }, now());
    expect(await use(start(), proof)).toBe('used');
    await close();
  });
});
