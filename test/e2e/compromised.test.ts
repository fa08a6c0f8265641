import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadRing } from '../../broker/keys/ring.ts';
import { newSecret } from '../../broker/oauth/client-authentication/client-secret.ts';
import { createStore } from '../../broker/store/open.ts';
import { verifier } from '../../clients/api/index.ts';
import { cliFile } from '../../demo/program.ts';
import { type Postgres, startPostgres } from './kit/postgres.ts';
import { type Replicas, startReplicas } from './kit/replicas.ts';
import { stealSigningKey } from './kit/stolen-key.ts';

const { secret, hash } = newSecret();

describe.each(['SQLite', 'PostgreSQL'] as const)('after a theft, with two replicas on %s', (kind) => {
  let postgres: Postgres | undefined;
  let brokers: Replicas;
  let storeUrl: string;

  beforeAll(async () => {
    postgres = kind === 'PostgreSQL' ? await startPostgres() : undefined;
    brokers = await startReplicas({
      count: 2,
      store: postgres?.url,
      lifetime: '5m',
      fresh: '15m',
      adjust(config) {
        const introspect = Object.keys(config.resources as object);
        config.services = { api: { introspect, secret_hash: hash } };
      },
    });
    storeUrl = postgres?.url ?? `sqlite:${join(brokers.dir, 'latchkey.db')}`;
  });
  afterAll(async () => {
    await brokers?.close();
    await postgres?.close();
  });

  const accepted = [
    [200, true],
    [200, true],
  ];
  const refused = [
    [401, false],
    [401, false],
  ];

  async function latchkey(...args: string[]): Promise<{ code: number; out: string; err: string }> {
    const argv = [cliFile, ...args, '--config', brokers.configFile(0)];
    try {
      const { stdout, stderr } = await promisify(execFile)(process.execPath, argv, {
        env: { ...process.env, ...brokers.env },
      });
      return { code: 0, out: stdout, err: stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, out: stdout, err: stderr };
    }
  }
  const origins = () => brokers.replicas.map(({ origin }) => origin);
  const everywhere = <T>(ask: (origin: string) => Promise<T>) => Promise.all(origins().map(ask));
  /** Each replica's answers about the token: the status of `/verify` and `active` of `/introspect`. */
  const verify = (token: string) =>
    everywhere(async (origin) => {
      const query = new URLSearchParams({ resource: brokers.origins.api, scope: 'orders:read' });
      const answer = await fetch(`${origin}/verify?${query}`, { headers: { authorization: `Bearer ${token}` } });
      const introspected = await fetch(`${origin}/introspect`, {
        method: 'POST',
        headers: { Authorization: `Basic ${Buffer.from(`api:${secret}`).toString('base64')}` },
        body: new URLSearchParams({ token }),
      });
      const { active } = (await introspected.json()) as { active: boolean };
      return [answer.status, active];
    });
  const published = () =>
    everywhere(async (origin) => {
      const { keys } = (await (await fetch(`${origin}/jwks`)).json()) as { keys: { kid: string }[] };
      return keys.map(({ kid }) => kid);
    });
  const steal = async () => {
    const { kid, forge } = await stealSigningKey({ store: storeUrl, keysFile: brokers.keysFile });
    return { kid, token: forge({ iss: brokers.origins.broker, aud: brokers.origins.api }) };
  };

  it('a forged token is refused at once when its key is revoked, and no broker signs with the key again', async () => {
    const person = await brokers.signIn();
    const stolen = await steal();
    expect(await verify(stolen.token)).toEqual(accepted);
    const api = verifier({ issuer: brokers.origins.broker, audience: brokers.origins.api });
    const call = () => api(new Request(brokers.origins.api, { headers: { authorization: `Bearer ${stolen.token}` } }));
    expect((await call()).sub).toBe('ceo');

    const revoked = await latchkey('keys', 'revoke', 'signing', '--kid', stolen.kid);
    expect(revoked).toMatchObject({ code: 0, err: '' });
    expect(revoked.out).toContain(`revoked ${stolen.kid}`);
    expect(await verify(stolen.token)).toEqual(refused);
    for (const kids of await published()) expect(kids).not.toContain(stolen.kid);
    for (const origin of origins()) {
      const { status, body } = await person.token(origin);
      expect(status).toBe(200);
      expect(decodeProtectedHeader(body.access_token).kid).not.toBe(stolen.kid);
    }

    // The API accepts the forged token until it reloads the keys.
    expect((await call()).sub).toBe('ceo');
    api.dropKeys();
    await expect(call()).rejects.toMatchObject({ code: 'invalid_token', reason: 'unknown_key' });
  });

  it('revoking a key that does not exist changes nothing and says so', async () => {
    const before = await published();
    const typo = await latchkey('keys', 'revoke', 'signing', '--kid', '-typo');
    expect(typo.code).toBe(1);
    expect(typo.err).toContain('no signing key has the ID "-typo"');
    expect(await published()).toEqual(before);
  });

  it('of the key file, one command replaces all keys and ends what they encrypt, while brokers run', async () => {
    const person = await brokers.signIn();
    const stolen = await steal();
    const stolenRing = loadRing(brokers.keysFile).all.map(({ kid }) => kid);
    expect((await person.token()).status).toBe(200);

    const drill = await latchkey('compromised', '--keys');
    expect(drill).toMatchObject({ code: 0, err: '' });
    expect(drill.out).toMatch(/Done:.*Left to do:.*verify\.dropKeys\(\)/s);
    expect(await verify(stolen.token)).toEqual(refused);
    for (const origin of origins()) expect((await person.token(origin)).status).toBe(401);
    const ring = loadRing(brokers.keysFile);
    for (const kid of stolenRing) expect(ring.all.map((key) => key.kid)).not.toContain(kid);

    const again = await brokers.signIn();
    for (const origin of origins()) {
      const { status, body } = await again.token(origin);
      expect(status).toBe(200);
      expect(await verify(body.access_token)).toEqual(accepted);
    }
    const store = await createStore(storeUrl, { now: Date.now });
    const uses = await store.countRingKeys();
    const audit = (await store.auditAfter(0, 1_000)).map(({ type }) => type);
    await store.close();
    expect([...uses.keys()]).toEqual([ring.current.kid]);
    expect(audit).toEqual(expect.arrayContaining(['keys.compromised', 'keys.revoked', 'session.ended']));
  });

  it('of both, everyone is signed out, whatever key their session names', async () => {
    const before = await brokers.signIn();
    await latchkey('keys', 'rotate', 'sealing');
    const after = await brokers.signIn();
    const stolen = await steal();
    const drill = await latchkey('compromised', '--both');
    expect(drill).toMatchObject({ code: 0, err: '' });
    for (const origin of origins()) {
      for (const person of [before, after]) expect((await person.token(origin)).status).toBe(401);
    }
    expect(await verify(stolen.token)).toEqual(refused);
    expect(loadRing(brokers.keysFile).all).toHaveLength(1);
    expect((await latchkey('keys', 'list')).code).toBe(0);

    // The new key seals everything that the removed keys had sealed.
    const verified = await latchkey('audit', 'verify');
    expect(verified).toMatchObject({ code: 0, err: '' });
    expect(verified.out).toContain('The audit log is unchanged.');
    const [, head = ''] = /^head +(\S+)$/m.exec(verified.out) ?? [];
    expect((await latchkey('audit', 'verify', '--head', head)).code).toBe(0);
    const cutOff = await latchkey('audit', 'verify', '--head', head.replace(/^\d+/, '9999'));
    expect(cutOff.code).toBe(1);
    expect(cutOff.err).toContain('its end was cut off');
  });

  it('a key that the file does not have is a typo, and nothing happens', async () => {
    // A sign-in in the same second as the drill, by the provider's clock, counts as older.
    const person = await vi.waitFor(() => brokers.signIn(), { timeout: 30_000, interval: 500 });
    const typo = await latchkey('compromised', '--keys', '--key', 'k-typo');
    expect(typo.code).toBe(1);
    expect(typo.err).toContain('the key file has no key "k-typo"');
    expect((await person.token()).status).toBe(200);
  });
});
