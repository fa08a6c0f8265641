import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { demoUsers } from '../../demo/users.ts';
import { startBrokerAndIdp, type TestBroker } from './kit/broker.ts';
import { allowDevice } from './kit/device-flow.ts';
import { missingForSecretService, type SecretService, startSecretService } from './kit/secret-service.ts';

/** The command line, with a real Secret Service, and a real broker. */

const bin = fileURLToPath(new URL('../../broker/bin/latchkey.js', import.meta.url));
const missing = missingForSecretService();
const why = missing.length > 0 ? ` (skipped: not installed: ${missing.join(', ')})` : '';
const [ada] = demoUsers;
const password = 'of the machine';

describe.skipIf(missing.length > 0)(`the command line with GNOME Keyring${why}`, () => {
  let broker: TestBroker;
  let service: SecretService;
  let dir: string;

  beforeAll(async () => {
    broker = await startBrokerAndIdp();
  });
  afterAll(() => broker?.close());
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'latchkey-keyring-'));
    service = await startSecretService();
    await service.start(password);
  });
  afterEach(async () => {
    await service.close();
    await rm(dir, { recursive: true });
  });

  const start = (args: string[], env: Record<string, string> = {}) =>
    spawn(process.execPath, [bin, ...args], {
      env: { ...service.env, LATCHKEY_HOME: dir, LATCHKEY_ISSUER: broker.origins.broker, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });

  async function latchkey(args: string[], env?: Record<string, string>) {
    const child = start(args, env);
    const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return { out, err, code };
  }

  /** Signs in with a code, which Ada allows. */
  async function signIn(...args: string[]): Promise<void> {
    const child = start(['login', '--device', '--client', 'tv', '--json', ...args]);
    const lines = createInterface({ input: child.stdout });
    const ended = once(child, 'exit');
    const [code] = await once(lines, 'line');
    if (!ada) throw new Error('the demo has no users');
    await allowDevice(broker.origins, JSON.parse(code).user_code, ada);
    expect(await ended).toEqual([0, null]);
  }

  const path = () => join(dir, 'default.json');
  const kept = async () => JSON.parse(await readFile(path(), 'utf8'));
  const entry = async () => ['service', 'latchkey', 'username', (await kept()).key_id];
  const status = async () => JSON.parse((await latchkey(['status', '--json'])).out);

  it('has the key, and the file has no token', async () => {
    await signIn();
    expect(await service.lookup(...(await entry()))).toMatch(/^[\w-]{43}$/);
    const { out, err, code } = await latchkey(['token']);
    expect({ err, code }).toEqual({ err: '', code: 0 });
    expect(out.trimEnd().length).toBeGreaterThan(100);
    expect(await readFile(path(), 'utf8')).not.toContain(out.trimEnd());
    expect(await status()).toMatchObject({ store: 'keyring' });

    const key = await entry();
    const before = await kept();
    // Tokens of these tests live for seconds, so each command refreshes.
    const refreshed = await latchkey(['token']);
    expect(refreshed).toMatchObject({ code: 0, err: '' });
    expect(refreshed.out).not.toBe(out);
    expect(await kept()).toMatchObject({ key_id: before.key_id, version: 2 });
    expect((await kept()).sealed).not.toBe(before.sealed);

    expect((await latchkey(['logout'])).code).toBe(0);
    expect(await service.lookup(...key)).toBeUndefined();
    expect(await readdir(dir)).toEqual([]);
  });

  it('takes in a sign-in that is not encrypted at the next sign-in, and not before', async () => {
    await signIn('--store', 'file');
    expect(await latchkey(['token'])).toMatchObject({ code: 0, err: '' });
    expect(await kept()).toMatchObject({ version: 1, store: 'file' });
    await signIn('--store', 'auto');
    expect(await kept()).toMatchObject({ version: 2, store: 'auto' });
    expect(await service.lookup(...(await entry()))).toMatch(/^[\w-]{43}$/);
  });

  it('is locked and unlocked again, and nothing is lost', async () => {
    await signIn();
    await service.lock();
    const locked = await latchkey(['token', '--json']);
    expect(locked.code).toBe(1);
    expect(JSON.parse(locked.out)).toMatchObject({ error: 'keyring_unavailable' });
    await service.start(password);
    expect(await latchkey(['token'])).toMatchObject({ code: 0, err: '' });
  });

  it('hangs: the command ends, and nothing is lost', async () => {
    await signIn();
    const before = await kept();
    service.freeze();
    const hung = await latchkey(['token', '--json']);
    expect(hung.code).toBe(1);
    expect(JSON.parse(hung.out)).toMatchObject({ error: 'keyring_unavailable' });
    expect(await kept()).toEqual(before);
    await service.start(password);
    expect(await latchkey(['token'])).toMatchObject({ code: 0, err: '' });
  });

  it('has lost the key: the cure is to sign in again', async () => {
    await signIn();
    await service.clear(...(await entry()));
    expect(await latchkey(['token'])).toMatchObject({ code: 3, err: expect.stringContaining('Run: latchkey login') });
    await signIn();
    expect(await latchkey(['token'])).toMatchObject({ code: 0, err: '' });
  });

  it('is locked from the start: the sign-in is in the file, and status says why', async () => {
    await signIn();
    await latchkey(['logout']);
    await service.start();
    await signIn();
    expect(await kept()).toMatchObject({ version: 1 });
    expect((await status()).no_keyring).toMatch(/^(?:refused|timed_out)$/);
    expect(await latchkey(['token'])).toMatchObject({ code: 0, err: '' });
  });

  it('is locked: no sign-in that follows an encrypted one is plain, unless its person says so', async () => {
    await signIn();
    const before = await kept();
    await service.start();
    const refused = await latchkey(['login', '--device', '--client', 'tv']);
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toContain('is encrypted, but a new one would not be');
    expect(await kept()).toEqual(before);
    await signIn('--store', 'file');
    expect(await kept()).toMatchObject({ version: 1, store: 'file' });
    await service.start(password);
    await signIn('--store', 'auto');
    expect(await service.count('service', 'latchkey')).toBe(1);
    expect(await service.lookup(...(await entry()))).toMatch(/^[\w-]{43}$/);
  });

  it('keeps no more than one key of sign-ins that were killed, until the next', async () => {
    for (let times = 0; times < 3; times += 1) {
      const child = start(['login', '--device', '--client', 'tv', '--json']);
      const ended = once(child, 'exit');
      await once(createInterface({ input: child.stdout }), 'line');
      child.kill('SIGKILL');
      await ended;
    }
    expect(await service.count('service', 'latchkey')).toBe(1);
    await signIn();
    expect(await service.count('service', 'latchkey')).toBe(1);
    await latchkey(['logout']);
    expect(await service.count('service', 'latchkey')).toBe(0);
  });

  it('is not there: the sign-in is in the file, at once', async () => {
    await service.stop();
    await signIn();
    expect(await status()).toMatchObject({ store: 'file', no_keyring: 'no_service' });
    const refused = await latchkey(['login', '--device', '--store', 'keyring']);
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toContain("the system's keyring can't be used: this session has no keyring service");
  });
});
