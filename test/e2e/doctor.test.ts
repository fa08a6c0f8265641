import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { cliFile } from '../../demo/program.ts';
import { redirectUri } from './kit/broker.ts';
import { type Replicas, startReplicas } from './kit/replicas.ts';

type Tree = Record<string, never>;

let broker: Replicas;
let folder: string;

beforeAll(async () => {
  broker = await startReplicas({ count: 1 });
  folder = await mkdtemp(join(tmpdir(), 'latchkey-doctor-'));
});
afterAll(async () => {
  await broker?.close();
  await rm(folder, { recursive: true, force: true });
});

async function latchkey(args: string[], env: Record<string, string> = {}) {
  const options = { env: { ...process.env, ...env }, cwd: folder };
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [cliFile, ...args], options);
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, err: stderr };
  }
}

/** A modified copy of the broker's configuration, in the same folder. */
async function examined(change: (config: Tree & { upstreams: { example: Record<string, unknown> } }) => void) {
  const config = parse(await readFile(broker.configFile(0), 'utf8'));
  change(config);
  const file = join(broker.dir, 'examined.yaml');
  await writeFile(file, stringify(config));
  const { code, out } = await latchkey(['doctor', '--json', '--config', file]);
  const findings = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, string>);
  const of = (check: string) => findings.filter((finding) => finding.check === check);
  return { code, findings, of };
}

describe('latchkey doctor', () => {
  it('finds all well that a sign-in goes through, and what is not registered', async () => {
    const { code, of } = await examined((config) =>
      Object.assign(config.upstreams.example, { preset: 'oidc-provider' }),
    );
    for (const check of [
      'keys',
      'store',
      'example: discovery',
      'example: clock',
      'example: metadata',
      'example: client',
      'example: keys',
      'example: refresh',
      'example: scopes',
      'public address',
    ])
      expect(of(check), check).toMatchObject([{ level: 'ok' }]);
    expect(of('proxy').map(({ level, what }) => `${level}: ${what}`)).toEqual([
      'ok: cookies and response headers arrive unchanged',
      'ok: all request headers that the broker needs arrive',
      'ok: events arrive as they are sent',
    ]);
    const redirects = of('example: redirect URI');
    expect(redirects).toContainEqual(
      expect.objectContaining({ level: 'ok', what: `${broker.origins.broker}/callback is registered` }),
    );
    expect(redirects).toContainEqual(expect.objectContaining({ level: 'ok', what: `${redirectUri} is registered` }));
    // This test's provider knows only one of the two extensions in the configuration.
    expect(redirects.filter(({ level }) => level === 'failed')).toMatchObject([
      {
        what: expect.stringContaining('extensions.allizom.org'),
        cure: expect.stringContaining('Register this exact redirect URI'),
      },
    ]);
    expect(code).toBe(1);
  });

  it('tells a wrong secret from a wrong issuer, and repeats neither', async () => {
    const secret = join(broker.dir, 'wrong-secret');
    await writeFile(secret, 'a-wrong-secret-of-this-test');
    const wrong = await examined((config) => Object.assign(config.upstreams.example, { client_secret_file: secret }));
    expect(wrong.of('example: client')).toMatchObject([
      { level: 'failed', what: expect.stringContaining('invalid_client') },
    ]);
    expect(JSON.stringify(wrong.findings)).not.toContain('a-wrong-secret-of-this-test');
    const nobody = await examined((config) =>
      Object.assign(config.upstreams.example, { issuer: `${broker.origins.idp}/nobody` }),
    );
    expect(nobody.of('example: discovery')).toMatchObject([{ level: 'failed', cure: expect.any(String) }]);
    expect(nobody.of('example: client')).toEqual([]);
  });

  it('warns of what costs people a sign-in later', async () => {
    const { of } = await examined((config) =>
      Object.assign(config.upstreams.example, {
        preset: 'oidc-provider',
        refresh_leeway: '0s',
        scopes: ['openid', 'profile'],
      }),
    );
    expect(of('example: refresh')).toContainEqual(
      expect.objectContaining({ level: 'warning', what: expect.stringContaining('refresh_leeway is 0s') }),
    );
    expect(of('example: refresh tokens')).toMatchObject([
      { level: 'warning', what: expect.stringContaining('lacks offline_access') },
    ]);
  });

  it('refuses a database that other users can read', async () => {
    const database = join(broker.dir, 'latchkey.db');
    await chmod(database, 0o644);
    const { of, code } = await examined(() => undefined);
    await chmod(database, 0o600);
    expect(code).toBe(1);
    expect(of('store')).toMatchObject([
      {
        level: 'failed',
        what: expect.stringContaining('other users'),
        cure: expect.stringContaining(`chmod 600 ${database}`),
      },
    ]);
  });

  it('says what is wrong with the key file, and makes no store', async () => {
    await chmod(broker.keysFile, 0o644);
    const { of } = await examined((config) => Object.assign(config, { store: 'sqlite:./not-there-yet.db' }));
    await chmod(broker.keysFile, 0o600);
    expect(of('keys')).toMatchObject([
      {
        level: 'failed',
        what: expect.stringContaining('other users'),
        cure: expect.stringContaining(`chmod 600 ${broker.keysFile}`),
      },
    ]);
    expect(of('store')).toMatchObject([{ level: 'ok', what: expect.stringContaining('on first start') }]);
    await expect(stat(join(broker.dir, 'not-there-yet.db'))).rejects.toThrow();
  });

  it('with a broker that is not running, says how to start it', async () => {
    await broker.replicas[0]?.stop('SIGTERM');
    const { of } = await examined(() => undefined);
    await broker.replicas[0]?.start();
    expect(of('public address')[0]?.level).not.toBe('ok');
  });
});

describe('latchkey init', () => {
  const options = [
    ['--issuer', 'https://latchkey.example.com'],
    ['--preset', 'okta'],
    ['--upstream-issuer', 'https://acme.okta.com/oauth2/default'],
    ['--client-id', '0oa1b2c3d4'],
    ['--site', 'https://shop.example.com'],
    ['--api', 'https://api.example.com'],
  ].flat();

  it('writes a configuration without faults and a key file, and overwrites nothing', async () => {
    const first = await latchkey(['init', ...options]);
    expect(first).toMatchObject({ code: 0, out: expect.stringContaining('https://latchkey.example.com/callback') });
    expect((await stat(join(folder, 'latchkey-keys'))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(folder, 'latchkey.yaml'), 'utf8')).toContain('scopes: [openid, profile, email, groups');
    const env = { OKTA_CLIENT_SECRET: 'of-this-test-only-0123456789' };
    const asked = ['--origin', 'https://shop.example.com', '--resource', 'https://api.example.com', '--scopes', 'read'];
    const explained = await latchkey(['policy', 'explain', '--consented', 'read', ...asked], env);
    expect(explained).toMatchObject({ code: 0, err: '' });
    const before = await readFile(join(folder, 'latchkey.yaml'), 'utf8');
    const again = await latchkey(['init', ...options]);
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining('already exists') });
    expect(await readFile(join(folder, 'latchkey.yaml'), 'utf8')).toBe(before);
  });

  it('says what is missing or wrong, and writes nothing', async () => {
    const file = join(folder, 'other.yaml');
    const missing = await latchkey(['init', '--config', file, '--keys', 'other-keys', ...options.slice(2)]);
    expect(missing).toMatchObject({ code: 2, err: expect.stringContaining('--issuer is required') });
    const wrong = await latchkey([
      'init',
      '--config',
      file,
      '--keys',
      'other-keys',
      '--site',
      'https://*.example.com',
      ...options.slice(0, 8),
    ]);
    expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('--site must be an origin') });
    await expect(stat(file)).rejects.toThrow();
  });
});
