import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../demo/program.ts';
import { createFolder, type Folder, packAll, registryAnswers } from '../packages/folder.ts';
import { freePorts } from './kit/ports.ts';

const unit = await readFile(join(root, 'deploy/systemd/latchkey.service'), 'utf8');
const has = (program: string) => spawnSync(program, ['--version']).error === undefined;

describe.skipIf(!has('systemd-analyze'))('the unit, where systemd is installed', () => {
  it('has no fault, and little exposure', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'latchkey-unit-'));
    const file = join(dir, 'latchkey.service');
    // The program has to exist.
    await writeFile(file, unit.replace('/usr/local/bin/latchkey', '/bin/true'));
    const verified = spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' });
    expect([verified.status, verified.stderr]).toEqual([0, '']);
    const { stdout } = spawnSync('systemd-analyze', ['security', '--offline=true', file], { encoding: 'utf8' });
    expect(Number(/exposure level for latchkey\.service: ([\d.]+)/.exec(stdout)?.[1])).toBeLessThan(2);
    await rm(dir, { recursive: true });
  });
});

const mayMount = process.platform === 'linux' && process.getuid?.() === 0 && registryAnswers();
/** Any user that owns nothing else. */
const uid = 61_184;

// Containers have no systemd to ask, so a script applies the unit's restrictions, except the filter of system calls.
describe.skipIf(!mayMount)('the packed package, run as the unit runs it (as root, with a registry)', () => {
  let folder: Folder;
  let packed: Awaited<ReturnType<typeof packAll>>;
  let state: string;
  let broker: ChildProcess | undefined;
  let admin: string;

  /** Runs a command in the unit's view: the package in /opt, its state in /srv, and nothing else to write to. */
  const restricted = (command: string[]): ChildProcess => {
    const script = `
      mount --make-rprivate /
      mount --bind "$PACKAGE" /opt
      mount --bind "$STATE" /srv
      mount --bind "$NODE" /mnt
      for place in /opt /mnt /; do mount -o remount,bind,ro "$place"; done
      for place in /tmp /root /home /run /var; do mount -t tmpfs -o ro tmpfs "$place"; done
      mount -t proc -o hidepid=invisible,subset=pid proc /proc
      cd /srv
      umask 0077
      ulimit -n 1024
      exec setpriv --reuid ${uid} --regid ${uid} --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all "$@"`;
    const env = {
      PACKAGE: folder.dir,
      STATE: state,
      NODE: dirname(process.execPath),
      OKTA_CLIENT_SECRET: 'of-this-test-9f',
    };
    const args = ['--mount', '--pid', '--fork', '--kill-child=SIGTERM', 'sh', '-ec', script, 'sh', ...command];
    const child = spawn('unshare', args, { env: { ...env, PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } });
    return child;
  };
  const outputOf = (child: ChildProcess): (() => string) => {
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (output += text));
    return () => output;
  };
  const run = async (command: string[]): Promise<{ code: number; output: string }> => {
    const child = restricted(command);
    const output = outputOf(child);
    const [code] = await once(child, 'close');
    return { code, output: output() };
  };
  const latchkey = ['/mnt/node', '/opt/node_modules/latchkey/bin/latchkey.js'];

  beforeAll(async () => {
    packed = await packAll();
    folder = await createFolder();
    await folder.install(packed.tarball('latchkey'));
    // Folders of tests are private; an installed package isn't.
    spawnSync('chmod', ['755', folder.dir]);
    state = await mkdtemp(join(tmpdir(), 'latchkey-state-'));
    await chown(state, uid, uid);
  }, 240_000);
  afterAll(async () => {
    broker?.kill('SIGKILL');
    await folder?.[Symbol.asyncDispose]();
    await rm(state, { recursive: true, force: true });
    await rm(packed.dir, { recursive: true, force: true });
  });

  it('makes its configuration and serves', async () => {
    const ports = await freePorts();
    admin = `http://127.0.0.1:${ports.admin}`;
    const answers =
      '--issuer https://latchkey.example.com --preset okta --upstream-issuer https://acme.okta.com --client-id 0oa1 ' +
      '--site https://shop.example.com --api https://api.example.com --config /srv/latchkey.yaml';
    expect(await run([...latchkey, 'init', ...answers.split(' ')])).toEqual({
      code: 0,
      output: expect.stringContaining('latchkey serve'),
    });
    const file = join(state, 'latchkey.yaml');
    const listening = `listen: 127.0.0.1:${ports.broker}\nadmin_listen: 127.0.0.1:${ports.admin}`;
    await writeFile(file, (await readFile(file, 'utf8')).replace('listen: 127.0.0.1:8787', listening));
    broker = restricted([...latchkey, 'serve', '--config', '/srv/latchkey.yaml']);
    const log = outputOf(broker);
    const jwks = () => fetch(`http://127.0.0.1:${ports.broker}/jwks`).then(({ status }) => status, log);
    await expect.poll(jwks).toBe(200);
    expect(await (await fetch(`${admin}/metrics`)).text()).toContain('process_resident_memory_bytes');
  });

  it('is another user without privileges, who can write to its state only', async () => {
    const look =
      'id -u; grep -E "^(CapBnd|NoNewPrivs)" /proc/self/status; for d in /opt /usr /etc /tmp /srv; do touch $d/x 2>/dev/null && echo "writes $d"; done; ulimit -n';
    const { output } = await run(['sh', '-c', look]);
    expect(output.trim().split(/\s*\n/)).toEqual([
      String(uid),
      'CapBnd:\t0000000000000000',
      'NoNewPrivs:\t1',
      'writes /srv',
      '1024',
    ]);
  });

  it('stops at SIGTERM within the unit’s time', async () => {
    // `unshare` ignores the signal, so send it to its child, as systemd does.
    const child = await readFile(`/proc/${broker?.pid}/task/${broker?.pid}/children`, 'utf8');
    const ended = once(broker as ChildProcess, 'exit');
    process.kill(Number(child), 'SIGTERM');
    expect(await ended).toEqual([0, null]);
  });
});
