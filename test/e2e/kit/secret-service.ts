import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { expect } from 'vitest';

const run = promisify(execFile);
const programs = ['dbus-daemon', 'dbus-send', 'gnome-keyring-daemon', 'secret-tool'];

/** Which of the programs for a real Secret Service are not installed. */
export const missingForSecretService = (): string[] =>
  process.platform === 'linux'
    ? programs.filter((program) => spawnSync(program, ['--version']).error !== undefined)
    : programs;

/** The collection that GNOME unlocks when its person signs in to the machine. */
const collection = '/org/freedesktop/secrets/collection/login';

/** A bus that starts no service by itself: what is on it is what the test has started. */
const busConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy>
</busconfig>
`;

/** A session bus of its own, for GNOME Keyring, in an empty home. */
export async function startSecretService() {
  const home = await mkdtemp(join(tmpdir(), 'latchkey-secrets-'));
  const runtime = join(home, 'run');
  await mkdir(runtime, { mode: 0o700 });
  const config = join(home, 'bus.conf');
  await writeFile(config, busConfig);
  const bus = spawn('dbus-daemon', [`--config-file=${config}`, '--nofork', '--print-address=1'], {
    env: { PATH: process.env.PATH, HOME: home, XDG_RUNTIME_DIR: runtime },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [address] = await once(createInterface({ input: bus.stdout }), 'line');
  /** What a program in this session has. */
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    XDG_RUNTIME_DIR: runtime,
    DBUS_SESSION_BUS_ADDRESS: String(address),
  };
  const send = (path: string, ...rest: string[]) =>
    run('dbus-send', ['--session', '--print-reply', '--dest=org.freedesktop.secrets', path, ...rest], { env });
  let daemon: ChildProcess | undefined;

  async function stop(): Promise<void> {
    if (!daemon) return;
    const ended = once(daemon, 'exit');
    daemon.kill('SIGKILL');
    await ended;
    daemon = undefined;
  }

  return {
    env,
    /** The daemon starts, with what it kept before. With a password it is unlocked, and otherwise it is locked. */
    async start(password?: string): Promise<void> {
      await stop();
      const args = ['--foreground', '--components=secrets', ...(password === undefined ? [] : ['--unlock'])];
      daemon = spawn('gnome-keyring-daemon', args, { env, stdio: ['pipe', 'ignore', 'ignore'] });
      daemon.stdin?.end(password);
      const isThere = () =>
        send('/org/freedesktop/secrets', 'org.freedesktop.DBus.Peer.Ping').then(Boolean, () => false);
      await expect.poll(isThere).toBe(true);
    },
    /** Locks the keyring, as a person does who goes away. */
    async lock(): Promise<void> {
      await send('/org/freedesktop/secrets', 'org.freedesktop.Secret.Service.Lock', `array:objpath:${collection}`);
    },
    stop,
    /** The daemon goes on to exist, and answers nothing. */
    freeze: () => void daemon?.kill('SIGSTOP'),
    /** What another program finds. */
    async lookup(...attributes: string[]): Promise<string | undefined> {
      const { stdout } = await run('secret-tool', ['lookup', ...attributes], { env }).catch(() => ({ stdout: '' }));
      return stdout || undefined;
    },
    /** How many entries another program finds. */
    async count(...attributes: string[]): Promise<number> {
      const { stdout, stderr } = await run('secret-tool', ['search', '--all', ...attributes], { env });
      return `${stdout}${stderr}`.split('\n').filter((line) => line.startsWith('[/')).length;
    },
    async clear(...attributes: string[]): Promise<void> {
      await run('secret-tool', ['clear', ...attributes], { env });
    },
    async close(): Promise<void> {
      await stop();
      const ended = once(bus, 'exit');
      bus.kill('SIGKILL');
      await ended;
      await rm(home, { recursive: true });
    },
  };
}

export type SecretService = Awaited<ReturnType<typeof startSecretService>>;
