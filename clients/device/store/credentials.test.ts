import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { sleep } from '@latchkey/shared/sleep.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Credentials, credentialFile } from './credentials.ts';
import { withLock } from './file-lock.ts';
import { profilePath } from './profile-path.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'latchkey-'));
});
afterEach(() => rm(directory, { recursive: true }));

const options = { now: () => Date.now(), sleep };
const credentials: Credentials = {
  version: 1,
  issuer: 'https://latchkey.example.com',
  client_id: 'tv',
  tokens: { access_token: 'a', token_type: 'Bearer', expires_at: 1, refresh_token: 'r' },
};
const mode = async (path: string) => (await stat(path)).mode & 0o777;

describe('where credentials are', () => {
  it.each<[object, Record<string, string>, string | undefined]>([
    [{}, { LATCHKEY_HOME: '/l', XDG_CONFIG_HOME: '/x' }, '/l/default.json'],
    [{ profile: 'work' }, { XDG_CONFIG_HOME: '/x' }, '/x/latchkey/work.json'],
    [{ file: '/f/me.json', profile: 'work' }, { LATCHKEY_HOME: '/l' }, '/f/me.json'],
    [{ profile: '../work' }, { LATCHKEY_HOME: '/l' }, undefined],
    [{ profile: '.work' }, { LATCHKEY_HOME: '/l' }, undefined],
    [{ profile: '' }, { LATCHKEY_HOME: '/l' }, undefined],
  ])('%o in %o', (name, env, path) => {
    expect(profilePath(name, env)).toBe(path);
  });
});

describe('the credential file', () => {
  it('is its owner’s alone, as is the folder made for it', async () => {
    const file = credentialFile(join(directory, 'new', 'default.json'), options);
    await file.write(credentials);
    expect([await mode(file.path), await mode(join(directory, 'new'))]).toEqual([0o600, 0o700]);
    expect(await file.read()).toEqual(credentials);
  });

  it('is replaced as a whole, and narrow again', async () => {
    const file = credentialFile(join(directory, 'default.json'), options);
    await writeFile(file.path, 'old', { mode: 0o644 });
    await file.write(credentials);
    expect(await mode(file.path)).toBe(0o600);
    expect(await readdir(directory)).toEqual(['default.json']);
  });

  it('leaves nothing half-written behind', async () => {
    const file = credentialFile(directory, options);
    await expect(file.write(credentials)).rejects.toThrow();
    expect(await readdir(directory)).toEqual([]);
    expect((await readdir(tmpdir())).filter((name) => name.startsWith(`${directory.split('/').at(-1)}.`))).toEqual([]);
  });

  it('is none before it is written and after it is erased, once or twice', async () => {
    const file = credentialFile(join(directory, 'default.json'), options);
    expect(await file.read()).toBeUndefined();
    await file.write(credentials);
    await file.erase();
    await file.erase();
    expect(await file.read()).toBeUndefined();
  });

  it('is refused where others may read it', async () => {
    const file = credentialFile(join(directory, 'default.json'), options);
    await file.write(credentials);
    await chmod(file.path, 0o640);
    await expect(file.read()).rejects.toMatchObject({
      code: 'unusable',
      message: expect.stringContaining('chmod 600'),
    });
  });

  it.each(['', 'null', '{}', '{"version":2}', JSON.stringify({ ...credentials, tokens: {} })])(
    'is refused where it holds something else: %s',
    async (text) => {
      const file = credentialFile(join(directory, 'default.json'), options);
      await writeFile(file.path, text, { mode: 0o600 });
      await expect(file.read()).rejects.toMatchObject({ code: 'unusable' });
    },
  );
});

describe('the lock', () => {
  const lock = () => join(directory, 'default.json.lock');
  const holder = (pid: number, host = hostname(), since = Date.now()) =>
    JSON.stringify({ pid, host, since, nonce: 'x' });

  it('lets one in at a time', async () => {
    let inside = 0;
    let most = 0;
    const work = () =>
      withLock(
        lock(),
        async () => {
          inside += 1;
          most = Math.max(most, inside);
          await sleep(5);
          inside -= 1;
        },
        options,
      );
    await Promise.all([work(), work(), work(), work()]);
    expect(most).toBe(1);
    expect(await readdir(directory)).toEqual([]);
  });

  it('is released when the work fails', async () => {
    await expect(withLock(lock(), () => Promise.reject(new Error('no')), options)).rejects.toThrow('no');
    expect(await readdir(directory)).toEqual([]);
  });

  it('is taken from a process that is gone, by one of those who wait', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await new Promise((resolve) => child.once('exit', resolve));
    await writeFile(lock(), holder(child.pid ?? 0));
    let inside = 0;
    const work = () =>
      withLock(
        lock(),
        async () => {
          inside += 1;
          expect(inside).toBe(1);
          await sleep(2);
          inside -= 1;
        },
        options,
      );
    await Promise.all([work(), work(), work()]);
    expect(await readdir(directory)).toEqual([]);
  });

  it('is respected while its process lives, or may live on another machine, until it is too old', async () => {
    for (const text of [holder(process.ppid), holder(1, 'another-machine'), '']) {
      await writeFile(lock(), text);
      const begun = Date.now();
      let now = begun;
      const leap = async () => {
        now += 5_000;
      };
      await withLock(lock(), async () => {}, { now: () => now, sleep: leap });
      expect(now - begun).toBeGreaterThanOrEqual(115_000);
    }
  });

  it('is not removed by one from whom it was taken meanwhile', async () => {
    const other = holder(1);
    await withLock(lock(), () => writeFile(lock(), other), options);
    expect(await readFile(lock(), 'utf8')).toBe(other);
  });

  it('left in removal by a crash hinders nobody for long', async () => {
    const old = Date.now() - 121_000;
    await writeFile(lock(), '');
    await utimes(lock(), old / 1_000, old / 1_000);
    await writeFile(`${lock()}.stale`, holder(1, 'another-machine', old));
    await utimes(`${lock()}.stale`, old / 1_000, old / 1_000);
    await withLock(lock(), async () => {}, options);
    expect(await readdir(directory)).toEqual([]);
  });

  it.each([-3_600_000, 3_600_000])(
    'of another machine, whose clock is off by %d ms, is respected, and taken when it is old',
    async (offset) => {
      await writeFile(lock(), holder(1, 'another-machine', Date.now() + offset));
      const enough = new Error('enough');
      const waiting = withLock(lock(), async () => {}, { ...options, sleep: () => Promise.reject(enough) });
      await expect(waiting).rejects.toBe(enough);
      const old = Date.now() - 121_000;
      await utimes(lock(), old / 1_000, old / 1_000);
      await withLock(lock(), async () => {}, options);
      expect(await readdir(directory)).toEqual([]);
    },
  );

  it.runIf(process.platform !== 'win32')('that a full disk does not take leaves nothing', async () => {
    const script = `import { withLock } from '${new URL('./file-lock.ts', import.meta.url)}';
      await withLock(process.env.LOCK, async () => undefined, { now: Date.now });`;
    // To one process, this limit is a full disk: files can be made, and not filled.
    const command = ['-c', 'ulimit -f 0; exec "$@"', 'sh', process.execPath, '--input-type=module', '-e', script];
    const child = spawn('sh', command, { env: { ...process.env, LOCK: lock() } });
    let said = '';
    child.stderr.on('data', (text) => {
      said += text;
    });
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(1);
    expect(said).toContain("can't be written (EFBIG)");
    expect(await readdir(directory)).toEqual([]);
  });

  it('ends its wait when aborted', async () => {
    await writeFile(lock(), holder(process.ppid));
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(withLock(lock(), async () => {}, { ...options, signal })).rejects.toThrow('enough');
  });
});
