import { type ChildProcess, execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KeyringAnswer } from './protocol.ts';
import { type SystemKeyringOptions, systemKeyring } from './system-keyring.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-keyring-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Programs in the place of the one that talks to the keyring. Each leaves its process ID. */
async function keyringOf(program: string, changes: Partial<SystemKeyringOptions> = {}) {
  const path = join(folder, 'program.mjs');
  const prelude = `import { existsSync, writeFileSync } from 'node:fs';
    const answer = (value) => process.send(value);
    writeFileSync(${JSON.stringify(join(folder, 'pid'))}, String(process.pid));\n`;
  await writeFile(path, prelude + program);
  let said = '';
  const keyring = systemKeyring({
    env: { ...process.env, DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere', NODE_OPTIONS: '--no-such-option' },
    platform: 'linux',
    uid: 1_000,
    isAttended: false,
    err: (text) => {
      said += text;
    },
    signal: new AbortController().signal,
    program: pathToFileURL(path),
    ...changes,
  });
  return { keyring, said: () => said };
}

const pidFile = () => join(folder, 'pid');
const hasStarted = () => existsSync(pidFile()) && readFileSync(pidFile(), 'utf8') !== '';
const isAlive = () => {
  try {
    return process.kill(Number(readFileSync(pidFile(), 'utf8')), 0);
  } catch {
    return false;
  }
};

/** Remembers what it is asked in a file, as a keyring does. */
const keeper = () => `process.once('message', async (request) => {
  const { readFile, writeFile } = await import('node:fs/promises');
  const path = ${JSON.stringify(join(folder, 'entries'))};
  const entries = JSON.parse(await readFile(path, 'utf8').catch(() => '{}'));
  if (request.do === 'put') entries[request.id] = request.key;
  if (request.do === 'remove') delete entries[request.id];
  await writeFile(path, JSON.stringify(entries));
  answer({ ok: true, key: request.do === 'get' ? entries[request.id] : undefined });
});`;
const waiter = "process.on('message', () => undefined);";

describe('the system’s keyring', () => {
  it('has what was put there until it is removed, and its process ends each time', async () => {
    const { keyring, said } = await keyringOf(keeper());
    expect(await keyring.get('a')).toBeUndefined();
    await keyring.put('a', 'key');
    expect(await keyring.get('a')).toBe('key');
    await keyring.remove('a');
    expect(await keyring.get('a')).toBeUndefined();
    await expect.poll(isAlive).toBe(false);
    expect(said()).toBe('');
  });

  it('is not waited for without end, and is not asked again', async () => {
    const { keyring } = await keyringOf(waiter, { limitMs: 300 });
    const fault = { code: 'timed_out', detail: '0.3 s' };
    await expect(keyring.get('a')).rejects.toMatchObject(fault);
    await expect.poll(isAlive).toBe(false);
    await rm(pidFile(), { force: true });
    await expect(keyring.put('a', 'key')).rejects.toMatchObject(fault);
    expect(await readdir(folder)).toEqual(['program.mjs']);
  });

  it('is not waited for after Ctrl-C, which a removal still follows', async () => {
    const controller = new AbortController();
    const { keyring } = await keyringOf(waiter, { signal: controller.signal });
    const asked = keyring.get('a');
    asked.catch(() => undefined);
    await expect.poll(hasStarted).toBe(true);
    controller.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
    await expect.poll(isAlive).toBe(false);
    const after = await keyringOf(keeper(), { signal: controller.signal });
    await after.keyring.remove('a');
    await expect(after.keyring.get('a')).rejects.toThrow('enough');
  });

  it('tells whoever is there that it takes its time', async () => {
    const flag = join(folder, 'told');
    const program = `process.once('message', function wait() {
      if (existsSync(${JSON.stringify(flag)})) answer({ ok: true });
      else setTimeout(wait, 5);
    });`;
    let said = '';
    const err = (text: string) => {
      said += text;
      void writeFile(flag, '');
    };
    const { keyring } = await keyringOf(program, { isAttended: true, noticeMs: 1, err });
    await keyring.put('a', 'key');
    expect(said).toMatch(/^latchkey: waiting for the system's keyring\. .*\n$/);
  });

  it('can end its process, and the command goes on', async () => {
    const { keyring } = await keyringOf("process.kill(process.pid, 'SIGKILL');");
    await expect(keyring.get('a')).rejects.toMatchObject({
      code: 'no_library',
      detail: 'its process ended with SIGKILL',
    });
  });

  it('says why it refuses, in plain text', async () => {
    const refused = { ok: false, code: 'refused', detail: '\x1b[2Jlocked' } satisfies KeyringAnswer;
    const { keyring } = await keyringOf(`process.once('message', () => answer(${JSON.stringify(refused)}));`);
    await expect(keyring.get('a')).rejects.toMatchObject({ code: 'refused', detail: ' [2Jlocked' });
  });

  it.each<[string, Partial<SystemKeyringOptions>]>([
    ['no_service', { env: { DBUS_SESSION_BUS_ADDRESS: 'disabled:' } }],
    ['sudo', { uid: 0, env: { SUDO_UID: '1000', DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' } }],
  ])('is not even asked: %s', async (code, changes) => {
    const { keyring } = await keyringOf(keeper(), changes);
    await expect(keyring.get('a')).rejects.toMatchObject({ code });
    expect(existsSync(pidFile())).toBe(false);
  });
});

describe('a keyring whose process cannot be started', () => {
  /** Asks for a key in a process of its own, after `prepare`. */
  async function faultAfter(prepare: string): Promise<string> {
    const path = join(folder, 'ask.ts');
    const module = JSON.stringify(pathToFileURL(join(import.meta.dirname, 'system-keyring.ts')));
    const options = "platform: 'darwin', uid: 1_000, isAttended: false, err: () => undefined";
    await writeFile(
      path,
      `import { openSync } from 'node:fs';
      import { systemKeyring } from ${module};
      const signal = new AbortController().signal;
      const keyring = systemKeyring({ env: process.env, ${options}, signal });
      ${prepare}
      keyring.get('a').catch(({ code, detail }) => console.log(code, detail));`,
    );
    const limited = 'ulimit -n 60; exec "$0" "$1"';
    const { stdout } = await promisify(execFile)('/bin/sh', ['-c', limited, process.execPath, path]);
    return stdout;
  }

  it.skipIf(process.platform === 'win32')('says what ran out: files', async () => {
    const prepare = "try { for (;;) openSync('/dev/null', 'r'); } catch {}";
    expect(await faultAfter(prepare)).toMatch(/^no_process spawn .*EMFILE\n$/);
  });

  it.skipIf(process.platform === 'win32')('says that Node.js is gone', async () => {
    expect(await faultAfter("process.execPath = '/nowhere/node';")).toMatch(/^no_library spawn .*ENOENT\n$/);
  });
});

describe('the process that talks to the keyring', () => {
  const source = join(import.meta.dirname, 'keyring-child.ts');
  let child: ChildProcess | undefined;
  afterEach(() => void child?.kill('SIGKILL'));

  it('says that the library is missing where it is', async () => {
    const copy = join(folder, 'keyring-child.ts');
    await cp(source, copy);
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
    child = fork(copy, { execArgv: [] });
    child.send({ do: 'get', id: 'a' });
    const [answer] = await once(child, 'message');
    expect(answer).toEqual({ ok: false, code: 'no_library', detail: 'ERR_MODULE_NOT_FOUND' });
  });

  it('outlives Ctrl-C, which is for the command, and ends when the command is gone', async () => {
    child = fork(source, { execArgv: [] });
    const ended = once(child, 'exit');
    child.send({ do: 'ready' });
    await once(child, 'message');
    child.kill('SIGINT');
    child.disconnect();
    expect(await ended).toEqual([null, 'SIGKILL']);
  });
});
