import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeBroker, type FakeBroker, issuer } from '../../device/testing/fake-broker.ts';
import { exitCode } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { fakeKeyring } from '../testing/fake-keyring.ts';
import { runIn } from '../testing/run-in.ts';

let home: string;
let broker: FakeBroker;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'latchkey-'));
  broker = createFakeBroker();
  const login = `login --issuer ${issuer} --resource https://git.example.com/api`;
  expect((await run(login)).code).toBe(exitCode.ok);
});
afterEach(() => rm(home, { recursive: true }));

const run = (line: string, changes?: Partial<Io>) => runIn(home, broker, line, changes);
const asked = (text: string): Partial<Io> => ({ input: async () => text });
const git = (url: string, more = '') => {
  const { protocol, host } = new URL(url);
  return asked(`protocol=${protocol.slice(0, -1)}\nhost=${host}\n${more}\n`);
};

/** URLs that get the token of https://git.example.com/api, and URLs that don't. */
const granted = ['https://git.example.com/', 'https://git.example.com:443/'];
const refused = [
  'https://evil.example/',
  'https://git.example.com.evil.example/',
  'https://git.example.com:8443/',
  'https://example.com/',
  'https://sub.git.example.com/',
  'http://git.example.com/',
  'http://127.0.0.1.evil.example/',
];

describe('latchkey git-credential', () => {
  it.each(granted)('gives git the token as a password, for %s', async (url) => {
    const { code, out, err } = await run('git-credential get', git(url));
    const expiry = broker.now() / 1_000 + 300;
    expect({ code, err }).toEqual({ code: exitCode.ok, err: '' });
    expect(out).toBe(`username=oauth2\npassword=access-1\npassword_expiry_utc=${expiry}\n`);
  });

  it.each(refused)('gives no token to %s', async (url) => {
    const { code, out, err } = await run('git-credential get', git(url));
    expect({ code, out }).toEqual({ code: exitCode.ok, out: '' });
    expect(err).toMatch(/isn't for|without encryption/);
  });

  it.each([
    '/.evil.example',
    '#.evil.example',
    '?.evil.example',
    '\\.evil.example',
    '@evil.example',
    '\t.evil.example',
    '',
  ])('gives no token to a host that only begins like the right one: "git.example.com%s"', async (rest) => {
    const host = rest === '' ? '' : `git.example.com${rest}`;
    const { code, out } = await run('git-credential get', asked(`protocol=https\nhost=${host}\n\n`));
    expect({ code, out }).toEqual({ code: exitCode.usage, out: '' });
  });

  it('gives it to hosts that the user named, with their port, and to this machine without TLS', async () => {
    const at = (url: string, line = 'git-credential --host git.internal:8443 --host 127.0.0.1:3000 get') =>
      run(line, git(url)).then(({ out }) => out.includes('access-1'));
    expect(await at('https://git.internal:8443/')).toBe(true);
    expect(await at('http://127.0.0.1:3000/')).toBe(true);
    expect(await at('https://git.internal/')).toBe(false);
    expect(await at('http://git.internal:8443/')).toBe(false);
    const env = { LATCHKEY_HOME: home, LATCHKEY_HOSTS: 'a.example git.internal' };
    const { out } = await run('git-credential get', { ...git('https://git.internal/'), env });
    expect(out).toContain('access-1');
  });

  it.each(['https://git.internal', 'git.internal/x', 'a@b', '*.internal', '', 'git internal'.replace(' ', '?')])(
    'takes no host for one that is none: "%s"',
    async (host) => {
      const { code, out, err } = await run(`git-credential --host ${host} get`, git('https://evil.example/'));
      expect({ code, out }).toEqual({ code: exitCode.usage, out: '' });
      expect(err).toContain('is not a host');
    },
  );

  it('gives a bearer token to a git that can send one, if the server asks for it', async () => {
    const can = 'capability[]=authtype\n';
    const { out } = await run(
      'git-credential get',
      git('https://git.example.com/', `${can}wwwauth[]=Bearer realm="x"\n`),
    );
    expect(out).toBe('capability[]=authtype\nauthtype=Bearer\ncredential=access-1\nephemeral=1\n');
    const basic = await run('git-credential get', git('https://git.example.com/', `${can}wwwauth[]=Basic realm="x"\n`));
    expect(basic.out).toContain('password=access-1');
  });

  it('refreshes an expired token, and says so when the sign-in is over', async () => {
    broker.state.now += 300_000;
    expect((await run('git-credential get', git('https://git.example.com/'))).out).toContain('password=access-2');
    broker.state.now += 300_000;
    broker.state.token = ['invalid_grant'];
    const { code, out, err } = await run('git-credential get', git('https://git.example.com/'));
    expect({ code, out }).toEqual({ code: exitCode.signedOut, out: '' });
    expect(err).toContain('Sign in again');
  });

  it('stores and erases nothing', async () => {
    for (const operation of ['store', 'erase', 'later']) {
      const stored = 'protocol=https\nhost=git.example.com\nusername=u\npassword=p\n';
      expect(await run(`git-credential ${operation}`, asked(stored))).toEqual({ code: 0, out: '', err: '' });
    }
    expect((await run('token')).out).toBe('access-1\n');
  });
});

describe('latchkey kubectl-credential', () => {
  const info = (spec: object, apiVersion = 'client.authentication.k8s.io/v1') => ({
    env: { LATCHKEY_HOME: home, KUBERNETES_EXEC_INFO: JSON.stringify({ apiVersion, kind: 'ExecCredential', spec }) },
  });

  it.each(['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'])(
    'answers %s',
    async (version) => {
      const { out } = await run('kubectl-credential', info({ interactive: false }, version));
      const expirationTimestamp = new Date(broker.now() + 300_000).toISOString().replace('.000Z', 'Z');
      expect(JSON.parse(out)).toEqual({
        apiVersion: version,
        kind: 'ExecCredential',
        status: { token: 'access-1', expirationTimestamp },
      });
    },
  );

  it('gives no token to a cluster that it is not for', async () => {
    const at = (server: string, line = 'kubectl-credential') => run(line, info({ cluster: { server } }));
    expect((await at('https://git.example.com')).code).toBe(exitCode.ok);
    for (const url of refused) expect(await at(url)).toMatchObject({ code: exitCode.usage, out: '' });
    expect((await at('https://k8s.internal:6443', 'kubectl-credential --host k8s.internal:6443')).code).toBe(0);
  });

  it.each(['no JSON', 'null', '{"apiVersion":"v2"}'])('refuses what kubectl does not say: %s', async (text) => {
    const env = { LATCHKEY_HOME: home, KUBERNETES_EXEC_INFO: text };
    expect(await run('kubectl-credential', { env })).toMatchObject({ code: exitCode.usage, out: '' });
  });
});

describe('latchkey docker-credential', () => {
  it.each([...granted, 'git.example.com', 'https://git.example.com/v2/'])('gives the token for %s', async (url) => {
    const { code, out } = await run('docker-credential get', asked(`${url}\n`));
    expect(code).toBe(exitCode.ok);
    expect(JSON.parse(out)).toEqual({ ServerURL: url, Username: 'oauth2', Secret: 'access-1' });
  });

  it.each([...refused, 'evil.example', '', 'not a host'])(
    'has none for "%s", in the words of the protocol',
    async (url) => {
      const { code, out } = await run('docker-credential get', asked(url));
      expect({ code, out }).toEqual({ code: exitCode.failure, out: 'credentials not found in native keychain\n' });
    },
  );

  it('tells Docker on stdout that nobody is signed in', async () => {
    await run('logout');
    const { code, out } = await run('docker-credential get', asked('git.example.com'));
    expect(code).toBe(exitCode.signedOut);
    expect(out).toMatch(/^not signed in .*latchkey login/);
    expect((await run('docker-credential list')).out).toBe('{}\n');
  });

  it('lists its registry, stores nothing but its own token, and ends nothing', async () => {
    expect((await run('docker-credential list')).out).toBe('{"git.example.com":"oauth2"}\n');
    const store = (Secret: string) =>
      run('docker-credential store', asked(JSON.stringify({ ServerURL: 'git.example.com', Username: 'u', Secret })));
    expect((await store('access-1')).code).toBe(exitCode.ok);
    expect(await store('hunter2')).toMatchObject({
      code: exitCode.usage,
      out: expect.stringMatching(/stores no passwords/),
    });
    expect((await run('docker-credential erase', asked('git.example.com'))).code).toBe(exitCode.ok);
    expect((await run('token')).out).toBe('access-1\n');
  });
});

describe('a helper whose profile signs in to another API meanwhile', () => {
  const other = `login --issuer ${issuer} --resource https://other.example.com`;
  const exec = JSON.stringify({
    apiVersion: 'client.authentication.k8s.io/v1',
    spec: { cluster: { server: 'https://git.example.com' } },
  });

  it.each<[string, Partial<Io>]>([
    ['git-credential get', git('https://git.example.com/')],
    ['docker-credential get', asked('git.example.com')],
    ['kubectl-credential', { env: { KUBERNETES_EXEC_INFO: exec } }],
  ])('gives away no token that is not for the host: %s', async (line, changes) => {
    const { keyring, state } = fakeKeyring();
    await run(`login --issuer ${issuer} --resource https://git.example.com --store keyring`, { keyring });
    // The host has been checked when the keyring is asked for the key.
    state.before = async (call) => {
      if (call !== 'get') return;
      state.before = async () => undefined;
      await run(other, { keyring });
    };
    const env = { LATCHKEY_HOME: home, ...changes.env };
    const { out } = await run(line, { ...changes, env, keyring });
    expect(JSON.parse((await run('status --json', { keyring })).out).resource).toBe('https://other.example.com');
    expect(out).not.toContain('access-');
  });
});
