import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadRing } from '../../broker/keys/ring.ts';
import { cliFile } from '../../demo/program.ts';
import { type Replicas, startReplicas } from './kit/replicas.ts';

let broker: Replicas;
let failing = false;
/** Called when a token request reaches the provider. */
let onTokenRequest = (): void => undefined;

beforeAll(async () => {
  broker = await startReplicas({
    count: 1,
    lifetime: '2s',
    fresh: '2s',
    trouble() {
      onTokenRequest();
      return failing ? { failing: { status: 503 } } : {};
    },
  });
});
afterAll(() => broker?.close());

async function latchkey(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [cliFile, ...args]);
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, err: stderr };
  }
}

const config = () => ['--config', broker.configFile(0)];
const jwks = async () => (await fetch(`${broker.origins.broker}/jwks`)).json();
const readyz = async () => (await fetch(`${broker.replicas[0]?.adminOrigin}/readyz`)).json();

describe('sealing keys', () => {
  it('rotate while the broker runs; sessions go on and are sealed anew', async () => {
    const person = await broker.signIn();
    const [old] = loadRing(broker.keysFile).all;
    expect((await latchkey('keys', 'list', ...config())).out).toMatch(
      new RegExp(`${old?.kid}  [1-9]\\d* rows, current`),
    );
    const rotated = await latchkey('keys', 'rotate', 'sealing', ...config());
    expect(rotated).toMatchObject({ code: 0, err: '' });
    const { kid } = loadRing(broker.keysFile).current;
    expect(kid).not.toBe(old?.kid);
    broker.replicas[0]?.signal('SIGHUP');
    await expect
      .poll(
        async () => {
          expect((await person.token()).status).toBe(200);
          return (await latchkey('keys', 'list', ...config())).out;
        },
        { timeout: 60_000, interval: 500 },
      )
      .toMatch(new RegExp(`${kid}  [1-9]\\d* rows, current`));
  });
});

describe('signing keys', () => {
  it('do not rotate before every verifier can know the next one', async () => {
    const early = await latchkey('keys', 'rotate', 'signing', ...config());
    expect(early.code).toBe(1);
    expect(early.err).toContain('Try again in 6 minutes, or use --force');
  });

  it('overlap: what signs next is published before, what signed stays until its tokens are over', async () => {
    const person = await broker.signIn();
    const before = await jwks();
    const old = (await person.token()).body.access_token;
    const rotated = await latchkey('keys', 'rotate', 'signing', '--force', ...config());
    expect(rotated.code).toBe(0);
    const [, active = '', retired = ''] = /active {2}(\S+)\nretired (\S+)/.exec(rotated.out) ?? [];
    expect(retired).toBe(decodeProtectedHeader(old).kid);
    // The key was announced in advance, so a client that read the keys before the rotation has it.
    expect(before.keys.map(({ kid }: { kid: string }) => kid)).toContain(active);

    // A replica rereads the keys after half a minute. A new replica reads them on startup.
    await broker.replicas[0]?.stop('SIGTERM');
    await broker.replicas[0]?.start();
    const token = (await person.token()).body.access_token;
    expect(decodeProtectedHeader(token).kid).toBe(active);
    const options = { issuer: broker.origins.broker, audience: broker.origins.api };
    await jwtVerify(token, createLocalJWKSet(before), options);
    await jwtVerify(old, createLocalJWKSet(await jwks()), { ...options, clockTolerance: 60 });
    expect((await latchkey('keys', 'list', ...config())).out).toMatch(/retired, since .*, until /);
  });
});

describe('a backup of SQLite', () => {
  it('is whole, for its owner alone, made while the broker writes, and never over a file', async () => {
    const person = await broker.signIn();
    const file = join(broker.dir, 'backup.db');
    const [made] = await Promise.all([
      latchkey('backup', '--to', file, ...config()),
      ...Array.from({ length: 20 }, () => person.token()),
    ]);
    expect(made).toMatchObject({ code: 0, err: '' });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const copy = new DatabaseSync(file, { readOnly: true });
    expect(copy.prepare('pragma integrity_check').get()).toEqual({ integrity_check: 'ok' });
    expect(copy.prepare('select count(*) as n from sessions').get()?.n).toBeGreaterThan(0);
    copy.close();
    const again = await latchkey('backup', '--to', file, ...config());
    expect(again.code).toBe(1);
    expect(again.err).toContain('already exists');
  });
});

describe('the audit log', () => {
  it('is sealed by the running broker, and shows what was changed in the database', async () => {
    await broker.signIn();
    const verify = () => latchkey('audit', 'verify', ...config());
    await expect.poll(async () => (await verify()).out, { timeout: 30_000 }).not.toContain('unsealed');
    expect(await verify()).toMatchObject({ code: 0, err: '' });
    const database = new DatabaseSync(join(broker.dir, 'latchkey.db'));
    const changed = database.prepare(`update audit set sub = 'somebody-else' where type = 'session.created'`).run();
    database.close();
    expect(changed.changes).toBeGreaterThan(0);
    const found = await verify();
    expect(found.code).toBe(1);
    expect(found.err).toContain('was changed');
    expect(found.out).toContain('The audit log was CHANGED.');
  });
});

describe('/readyz', () => {
  it('tells of the store and of each provider', async () => {
    expect(await readyz()).toEqual({ ready: true, store: 'answers', providers: { example: { circuit: 'closed' } } });
    const person = await broker.signIn();
    failing = true;
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    const answer = await person.token();
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThanOrEqual(1);
    const { ready, providers } = await readyz();
    expect(ready).toBe(true);
    expect(['open', 'half_open']).toContain(providers.example.circuit);
    failing = false;
    await expect.poll(async () => (await person.token()).status).toBe(200);
    expect((await readyz()).providers.example).toEqual({ circuit: 'closed' });
  });
});

describe('SIGTERM', () => {
  it('lets a request under way finish', async () => {
    const person = await broker.signIn();
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    const underWay = new Promise<void>((resolve) => {
      onTokenRequest = resolve;
    });
    const asked = person.token(broker.replicas[0]?.origin);
    await underWay;
    const stopped = await broker.replicas[0]?.stop('SIGTERM');
    expect(stopped?.code).toBe(0);
    expect((await asked).status).toBe(200);
    await broker.replicas[0]?.start();
  });
});
