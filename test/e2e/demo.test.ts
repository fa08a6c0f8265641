import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../demo/program.ts';
import { createVisitor, fieldOf } from './kit/visitor.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'latchkey-demo-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** Runs `npm run demo -- …` without npm. */
function demo(...args: string[]) {
  const child = spawn(process.execPath, [join(root, 'demo', 'main.ts'), ...args], { cwd: root });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    said.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said.err += chunk;
  });
  const ended = once(child, 'close').then(() => child.exitCode);
  return { child, said, ended };
}

describe('npm run demo -- --json', () => {
  it('prints one line when everything listens, serves the device flow to a bare HTTP client, and ends on SIGTERM', async () => {
    const { child, said, ended } = demo('--json', '--port', '0', '--dir', join(dir, 'state'));
    await expect.poll(() => said.out, { timeout: 60_000 }).toMatch(/\n$/);
    const facts = JSON.parse(said.out);
    expect(facts).toEqual({
      idp: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      broker: expect.stringMatching(/^http:\/\/localhost:\d+$/),
      sites: [expect.stringContaining('http://shop.localhost:'), expect.stringContaining('http://notes.localhost:')],
      api: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      config: join(dir, 'state', 'latchkey.yaml'),
      extension: { chrome: join(dir, 'state', 'extension', 'chrome') },
      users: expect.arrayContaining([{ username: 'ada', password: 'engine-1843', groups: ['staff', 'admins'] }]),
      device_clients: ['tv', 'cli'],
    });
    expect(JSON.parse(await readFile(join(facts.extension.chrome, 'manifest.json'), 'utf8'))).toMatchObject({
      manifest_version: 3,
    });
    for (const secret of ['keys', 'client-secret']) {
      expect((await stat(join(dir, 'state', secret))).mode & 0o077).toBe(0);
    }

    await completeDeviceFlow(facts);

    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(said.out.trim().split('\n')).toHaveLength(1);
    for (const origin of [facts.idp, facts.broker, facts.api]) await expect(fetch(origin)).rejects.toThrow();
  });
});

interface Facts {
  idp: string;
  broker: string;
  api: string;
}

async function completeDeviceFlow({ idp, broker, api }: Facts): Promise<void> {
  const post = async (path: string, form: Record<string, string>) => {
    const answer = await fetch(`${broker}${path}`, { method: 'POST', body: new URLSearchParams(form) });
    return answer.json();
  };
  const started = await post('/device_authorization', { client_id: 'tv' });
  const poll = () =>
    post('/token', {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      client_id: 'tv',
      device_code: started.device_code,
    });
  expect(await poll()).toMatchObject({ error: 'authorization_pending' });
  expect(await poll()).toMatchObject({ error: 'slow_down' });

  const { visit } = createVisitor([broker, idp]);
  const form = await visit(`${broker}/device`);
  const login = await visit(form.url, { csrf: fieldOf(form.text, 'csrf'), user_code: started.user_code });
  const confirm = await visit(login.url, { username: 'ada', password: 'engine-1843' });
  await visit(`${broker}/device/decision`, {
    csrf: fieldOf(confirm.text, 'csrf'),
    ticket: fieldOf(confirm.text, 'ticket'),
    action: 'allow',
  });

  let token = await poll();
  for (let tries = 0; token.error === 'slow_down' && tries < 5; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    token = await poll();
  }
  const answer = await fetch(`${api}/whoami`, { headers: { authorization: `Bearer ${token.access_token}` } });
  expect(await answer.json()).toMatchObject({ name: 'Ada Lovelace', scopes: ['orders:read'], through: 'tv' });
}

describe('npm run demo with a wrong option', () => {
  it('says which, prints the usage, and ends with 2', async () => {
    const { said, ended } = demo('--prot', '9500');
    expect(await ended).toBe(2);
    expect(said.err).toContain("'--prot'");
    expect(said.err).toContain('--port N');
    expect(said.out).toBe('');
  });

  it('names the port that is in use, and the cure', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const { said, ended } = demo('--json', '--port', String(port), '--dir', join(dir, 'taken'));
    expect(await ended).toBe(1);
    expect(said.err).toContain(`Port ${port} (idp) is in use`);
    expect(said.err).toContain('--port 0');
    expect(said.out).toBe('');
    taken.close();
  });
});
