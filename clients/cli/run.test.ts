import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Credentials } from '../device/store/credentials.ts';
import { createFakeBroker, type FakeBroker, issuer } from '../device/testing/fake-broker.ts';
import { exitCode } from './exit-code.ts';
import type { Io } from './io.ts';
import { runIn } from './testing/run-in.ts';

let home: string;
let broker: FakeBroker;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'latchkey-'));
  broker = createFakeBroker();
});
afterEach(() => rm(home, { recursive: true }));

const run = (line: string, changes?: Partial<Io>) => runIn(home, broker, line, changes);

const path = () => join(home, 'default.json');
const kept = async (): Promise<Credentials> => JSON.parse(await readFile(path(), 'utf8'));
const signIn = (changes?: Partial<Io>) => run(`login --issuer ${issuer} --client tv --scope orders:read`, changes);
const pathsSince = (count: number) =>
  broker
    .paths()
    .slice(count)
    .filter((path) => !path.startsWith('/.well-known'));

describe('latchkey login', () => {
  it('shows page, code, QR and link, and keeps the tokens where only the person can read them', async () => {
    const { code, out, err } = await signIn({ outHasColors: true });
    expect(code).toBe(exitCode.ok);
    expect(out).toContain(`    ${issuer}/device\n`);
    expect(out).toContain('    BCDF-GHJK\n');
    expect(out).toMatch(/[█▀▄]{10}/);
    expect(out).toContain(`    ${issuer}/device?user_code=BCDF-GHJK\n`);
    expect(out).toContain(path());
    expect(err).toBe('Waiting for approval… (expires in 10 min)\n');
    expect((await stat(path())).mode & 0o777).toBe(0o600);
    expect(await kept()).toMatchObject({
      version: 1,
      issuer,
      client_id: 'tv',
      scope: 'orders:read',
      tokens: { access_token: 'access-1', refresh_token: 'refresh-1' },
    });
    expect(out + err).not.toMatch(/access-1|refresh-1/);
  });

  it('names the account, and shows the number to pick before the page and the code', async () => {
    broker = createFakeBroker({ device: { latchkey_number: '42' } });
    const { out } = await run(`login --device --issuer ${issuer} --login-hint ada@example.com`);
    expect(out).toMatch(/^\nPick 42 in Latchkey in your browser\.\n\nIf it doesn't ask you, open this page/);
    expect(out).toContain('    BCDF-GHJK\n');
    expect(broker.state.requests[1]?.form).toMatchObject({ login_hint: 'ada@example.com' });
  });

  it('shows no QR and no escape code without colors', async () => {
    const { out } = await signIn();
    expect(out).toContain(
      `Or open this link. Check that the page shows the same code:\n\n    ${issuer}/device?user_code=`,
    );
    expect(out).not.toMatch(/[█▀▄]/);
    expect(out).not.toContain('\x1b');
  });

  it.each([
    ['is a file', () => writeFile(join(home, 'folder'), '')],
    ['is a link to nowhere', () => symlink('/proc/nowhere', join(home, 'folder'))],
  ])('tells who uses it that the folder %s before it asks for anything', async (_, prepare) => {
    await prepare();
    const { code, out, err } = await run(`login --issuer ${issuer} --file ${join(home, 'folder', 'me.json')}`);
    expect([code, out]).toEqual([exitCode.failure, '']);
    expect(err).toMatch(/^latchkey login: .*me\.json(?:\.lock)? can't be (?:read|written) \(\w+\)\. /);
    expect(broker.state.requests).toEqual([]);
  });

  it('speaks JSON, a line an object, without any token', async () => {
    const { out } = await run(`login --issuer ${issuer} --json`);
    const lines = out.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ type: 'code', user_code: 'BCDF-GHJK' }),
      {
        type: 'done',
        issuer,
        scope: 'orders:read',
        expires_at: broker.now() / 1_000 + 300,
        file: path(),
        store: 'file',
      },
    ]);
    expect(out).not.toMatch(/access-1|refresh-1/);
  });

  it('writes its progress over itself on a terminal, and takes it away', async () => {
    broker.state.token = ['authorization_pending', {}];
    const { err } = await run(`login --issuer ${issuer}`, { errIsTerminal: true });
    expect(err.split('\r\x1b[K')).toHaveLength(12);
    expect(err).toContain('⠋ Waiting for approval… (expires in 10:00)');
    expect(err.endsWith('\r\x1b[K')).toBe(true);
  });

  describe('that cannot keep its tokens', () => {
    /** The broker's answer comes, and with it what is in the way. */
    const obstructed =
      (obstruct: () => Promise<unknown>): typeof fetch =>
      async (input, init) => {
        if (String(input).endsWith('/token')) await obstruct();
        return broker.fetch(input, init);
      };
    const ended = () =>
      expect(broker.state.requests.at(-1)).toMatchObject({ path: '/revoke', form: { token: 'refresh-1' } });

    it('ends them at the broker', async () => {
      const { code, out } = await run(`login --issuer ${issuer}`, { fetch: obstructed(() => mkdir(path())) });
      expect(code).toBe(exitCode.failure);
      expect(out).not.toContain('Signed in');
      ended();
    });

    it('ends them also after Ctrl-C, while it waits for the file', async () => {
      const interrupted = new AbortController();
      const holder = JSON.stringify({
        pid: process.pid,
        host: hostname(),
        since: broker.now(),
        nonce: 'another shell',
      });
      const { code } = await run(`login --issuer ${issuer}`, {
        signal: interrupted.signal,
        fetch: obstructed(() => writeFile(`${path()}.lock`, holder)),
        async sleep(ms, signal) {
          if (broker.state.minted > 0) interrupted.abort();
          await broker.sleep(ms, signal);
        },
      });
      expect(code).toBe(exitCode.interrupted);
      expect(await readdir(home)).toEqual(['default.json.lock']);
      ended();
    });
  });

  it('takes what the profile had for granted, and ends the sign-in that it replaces', async () => {
    await signIn();
    const before = broker.state.requests.length;
    expect((await run('login')).code).toBe(exitCode.ok);
    const requests = broker.state.requests.slice(before);
    expect(requests.find(({ path }) => path === '/device_authorization')?.form).toEqual({
      client_id: 'tv',
      scope: 'orders:read',
    });
    expect(requests.at(-1)).toMatchObject({ path: '/revoke', form: { token: 'refresh-1' } });
    expect((await kept()).tokens.refresh_token).toBe('refresh-2');
  });

  it.each([
    ['access_denied', exitCode.denied],
    ['expired_token', exitCode.signedOut],
    ['invalid_client', exitCode.failure],
  ])('ends with a sentence and code: %s', async (error, code) => {
    broker.state.token = [error];
    const result = await signIn();
    expect(result.code).toBe(code);
    expect(result.err).toMatch(/^latchkey login: .+\.( The broker says: .+)?\nFor support: request \w{32}\n$/m);
    if (error === 'invalid_client') expect(result.err).toContain('Unknown client ID. Check it against "devices"');
    expect(await readdir(home)).toEqual([]);
    const sent = broker.state.requests.map(({ traceparent }) => traceparent ?? '');
    expect(sent.length).toBeGreaterThan(2);
    expect(new Set(sent).size).toBe(sent.length);
    expect(new Set(sent.map((header) => /^00-([0-9a-f]{32})-[0-9a-f]{16}-00$/.exec(header)?.[1])).size).toBe(1);
  });

  it('shows where the organization helps, to people and to scripts', async () => {
    broker.state.errorUri = 'https://help.acme.example/sign-in?a=1&b=2';
    broker.state.token = ['access_denied', 'access_denied'];
    const { err } = await signIn();
    expect(err).toMatch(/\nHelp: https:\/\/help\.acme\.example\/sign-in\?a=1&b=2\nFor support: request \w{32}\n$/);
    const { out } = await run(`login --issuer ${issuer} --client tv --json`);
    expect(JSON.parse(out.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
      type: 'error',
      error: 'access_denied',
      error_uri: 'https://help.acme.example/sign-in?a=1&b=2',
    });
  });

  it.each([
    'http://help.acme.example/',
    'javascript:alert(1)',
    'https://acme.example@evil.example/',
    'not a URL',
    `https://help.acme.example/${'x'.repeat(3_000)}`,
    7,
    null,
  ])('shows no help that people should not open: %j', async (errorUri) => {
    broker.state.errorUri = errorUri;
    broker.state.token = ['access_denied'];
    expect((await signIn()).err).not.toContain('Help:');
  });

  it('lets no help move the cursor', async () => {
    broker.state.errorUri = 'https://help.acme.example/\x1b[2J\u202e\u009b';
    broker.state.token = ['access_denied'];
    expect((await signIn()).err).toMatch(/\nHelp: [!-~]+\nFor support/);
  });

  it('leaves nothing behind after Ctrl-C', async () => {
    const controller = new AbortController();
    broker.state.token = Array.from({ length: 9 }, () => 'authorization_pending');
    const sleep: Io['sleep'] = async (ms, signal) => {
      await broker.sleep(ms, signal);
      if (broker.state.sleeps.length === 7) controller.abort();
    };
    const { code, err } = await run(`login --issuer ${issuer}`, {
      errIsTerminal: true,
      sleep,
      signal: controller.signal,
    });
    expect(code).toBe(exitCode.interrupted);
    expect(err.endsWith('\r\x1b[Klatchkey login: interrupted\n')).toBe(true);
    expect(await readdir(home)).toEqual([]);
  });

  it.each(['javascript:alert(1)', 'http://latchkey.example.com/device', 'https://bank.example@evil.example/device'])(
    'shows no link that is none (%s)',
    async (verification_uri) => {
      broker = createFakeBroker({ device: { verification_uri } });
      expect(await signIn()).toMatchObject({ code: exitCode.failure, out: '' });
    },
  );
});

describe('latchkey token', () => {
  it('is unreachable behind a page of the network, and serves a token that is still valid', async () => {
    await signIn();
    const fetch: typeof globalThis.fetch = async () => Response.redirect('https://wifi.hotel.example/');
    broker.state.now += 290_000;
    const valid = await run('token', { fetch });
    expect(valid).toMatchObject({ code: exitCode.ok, out: 'access-1\n' });
    expect(valid.err).toContain('A page of this network answers instead of');
    broker.state.now += 20_000;
    expect(await run('token', { fetch })).toMatchObject({ code: exitCode.unreachable, out: '' });
  });

  it('prints the token and nothing else, without asking the broker', async () => {
    await signIn();
    const before = broker.state.requests.length;
    expect(await run('token')).toEqual({ code: exitCode.ok, out: 'access-1\n', err: '' });
    expect(broker.state.requests).toHaveLength(before);
  });

  it('refreshes one that is too old, once for all shells, and keeps the successor', async () => {
    await signIn();
    broker.state.now += 271_000;
    const before = broker.state.requests.length;
    const shells = await Promise.all([run('token'), run('token'), run('token')]);
    expect(shells.map(({ out }) => out)).toEqual(['access-2\n', 'access-2\n', 'access-2\n']);
    expect(pathsSince(before)).toEqual(['/token']);
    expect(await kept()).toMatchObject({ client_id: 'tv', tokens: { refresh_token: 'refresh-2' } });
    expect(await readdir(home)).toEqual(['default.json']);
  });

  it('goes by --min-ttl', async () => {
    await signIn();
    expect((await run('token --min-ttl 300')).out).toBe('access-1\n');
    // The broker's clock may be a second or two off.
    expect((await run('token --min-ttl 301')).out).toBe('access-2\n');
    const refused = await run('token --min-ttl 303');
    expect(refused).toMatchObject({ code: exitCode.failure, out: '' });
    expect(refused.err).toContain("tokens of this client are valid for 300 s, so --min-ttl 303 can't be met");
    expect((await kept()).tokens.access_token).toBe('access-3');
  });

  it('writes it to a file that only the user can read, or as a configuration for curl', async () => {
    await signIn();
    const file = join(home, 'tokens', 'web-identity');
    expect(await run(`token --output ${file}`)).toEqual({ code: exitCode.ok, out: '', err: '' });
    expect([await readFile(file, 'utf8'), (await stat(file)).mode & 0o777]).toEqual(['access-1', 0o600]);
    expect((await run('token --curl')).out).toBe('header = "Authorization: Bearer access-1"\n');
    expect((await run('token --curl --json')).code).toBe(exitCode.usage);
    const refused = await run(`token --output ${file}/below`);
    expect(refused).toMatchObject({ code: exitCode.failure, out: '' });
    expect(refused.err).toContain('Choose another file with --output');
  });

  it('speaks JSON', async () => {
    await signIn();
    expect(JSON.parse((await run('token --json')).out)).toEqual({
      access_token: 'access-1',
      token_type: 'Bearer',
      expires_at: broker.now() / 1_000 + 300,
      scope: 'orders:read',
    });
  });

  it('has the successor on disk before it prints', async () => {
    await signIn();
    broker.state.now += 300_000;
    let atPrint: Promise<Credentials> | undefined;
    const out = () => {
      atPrint = kept();
    };
    await run('token', { out });
    expect((await atPrint)?.tokens.refresh_token).toBe('refresh-2');
  });

  it('prints no token that it could not keep', async () => {
    await signIn();
    broker.state.now += 300_000;
    const failing: Io['fetch'] = async (input, init) => {
      const response = await broker.fetch(input, init);
      // The folder disappears while the command runs, so the next write must fail.
      if (String(input).endsWith('/token')) await rm(home, { recursive: true });
      if (String(input).endsWith('/token')) await writeFile(home, 'not a folder');
      return response;
    };
    const result = await run('token', { fetch: failing });
    expect(result).toMatchObject({ code: exitCode.failure, out: '' });
  });

  it('keeps the old one through an outage, and works again after it', async () => {
    await signIn();
    broker.state.now += 300_000;
    broker.state.token = ['lost', 'lost', 'lost'];
    const result = await run('token');
    expect(result).toMatchObject({ code: exitCode.unreachable, out: '' });
    expect(await kept()).toMatchObject({ tokens: { refresh_token: 'refresh-1' } });
    expect((await run('token')).out).toBe('access-2\n');
    expect(broker.state.requests.at(-1)?.form).toMatchObject({ refresh_token: 'refresh-1' });
  });

  it('serves what is still good through an outage, with a warning, unless it has to last', async () => {
    await signIn();
    broker.state.now += 280_000;
    broker.state.token = ['lost', 'lost', 'lost', 'lost', 'lost', 'lost'];
    const shortly = await run('token');
    expect(shortly).toMatchObject({ code: exitCode.ok, out: 'access-1\n' });
    expect(shortly.err).toContain("Can't reach");
    expect(await run('token --min-ttl 60')).toMatchObject({ code: exitCode.unreachable, out: '' });
  });

  it.each([
    ['token', 'latchkey login'],
    ['token --profile work', 'latchkey login --profile work'],
    ['exec --file a$b -- true', "latchkey login --file 'a$b'"],
    ['git-credential --profile git get', 'latchkey login --profile git'],
  ])('names the command that signs in to the same profile: %s', async (line, command) => {
    const input = async () => 'protocol=https\nhost=git.example.com\n\n';
    const { code, err } = await run(line, { input });
    expect(code).toBe(exitCode.signedOut);
    expect(err).toMatch(/^.*\. Run: .*\n$/);
    expect(err.endsWith(`Run: ${command}\n`)).toBe(true);
  });

  it('says to sign in again when the sign-in is over, or there is none', async () => {
    expect(await run('token')).toMatchObject({ code: exitCode.signedOut, out: '' });
    await signIn();
    broker.state.now += 300_000;
    broker.state.token = ['invalid_grant'];
    const { code, out, err } = await run('token');
    expect({ code, out }).toEqual({ code: exitCode.signedOut, out: '' });
    expect(err).toContain('Sign in again');
    const json = await run('token --json --profile other');
    expect(JSON.parse(json.out)).toMatchObject({ type: 'error', error: 'not_signed_in' });
  });
});

describe('latchkey status', () => {
  it('shows what is signed in, and no token', async () => {
    await signIn();
    const requests = broker.state.requests.length;
    const { code, out } = await run('status');
    expect(code).toBe(exitCode.ok);
    expect(out).toContain(`Signed in to: ${issuer}\n`);
    expect(out).toContain('Access token: valid for 300 s, refreshed when needed\n');
    expect(JSON.parse((await run('whoami --json')).out)).toMatchObject({ issuer, client_id: 'tv', refreshable: true });
    expect(out).not.toMatch(/access-1|refresh-1/);
    expect(broker.state.requests).toHaveLength(requests);
    broker.state.now += 300_000;
    expect((await run('status')).out).toContain('Access token: expired, refreshed when needed\n');
  });

  it('says that nobody is signed in', async () => {
    expect(await run('status')).toMatchObject({ code: exitCode.signedOut, out: '' });
  });
});

describe('latchkey login in CI', () => {
  const env = () => ({ LATCHKEY_HOME: home, CI: 'true' });

  it('fails at once without a terminal, and names the way for programs', async () => {
    const { code, out, err } = await signIn({ env: env() });
    expect([code, out]).toEqual([exitCode.usage, '']);
    expect(err).toContain('In CI, use a service');
    expect(broker.state.requests).toEqual([]);
  });

  it('shows a code if asked to, or on a terminal', async () => {
    expect((await run(`login --device --issuer ${issuer}`, { env: env() })).code).toBe(exitCode.ok);
    expect((await signIn({ env: env(), errIsTerminal: true })).code).toBe(exitCode.ok);
  });
});

describe('latchkey logout', () => {
  it('ends the sign-in at the broker and here', async () => {
    await signIn();
    expect(await run('logout')).toEqual({ code: exitCode.ok, out: 'Signed out.\n', err: '' });
    expect(broker.state.requests.at(-1)).toMatchObject({ path: '/revoke', form: { token: 'refresh-1' } });
    expect(await readdir(home)).toEqual([]);
    expect(await run('logout')).toEqual({ code: exitCode.ok, out: "You weren't signed in.\n", err: '' });
  });

  it('deletes even where the broker can not be told, and says where to end it', async () => {
    await signIn();
    broker.state.revoke = 503;
    const { code, err } = await run('logout');
    expect(code).toBe(exitCode.unreachable);
    expect(err).toContain(`${issuer}/account`);
    expect(await readdir(home)).toEqual([]);
  });
});

describe('wrong use', () => {
  it.each([
    'login',
    'login --isuer x',
    'login extra',
    'login --issuer',
    'login --device --upstream okta',
    'login --issuer http://latchkey.example.com',
    'token --min-ttl soon',
    'token --profile ../x',
    'logout now',
  ])('is told apart: %s', async (line) => {
    const { code, out, err } = await run(line);
    expect({ code, out }).toEqual({ code: exitCode.usage, out: '' });
    expect(err).toMatch(/^latchkey \w+: .+\nSee "latchkey \w+ --help"\.\n$/s);
    expect(broker.state.requests).toEqual([]);
  });

  it.each(['login', 'token', 'logout'])('is helped: %s --help', async (name) => {
    const { code, out } = await run(`${name} --help`);
    expect(code).toBe(exitCode.ok);
    expect(out).toMatch(new RegExp(`^Usage: latchkey ${name} `));
  });
});

describe('latchkey exec', () => {
  it('gives a program the token in its environment, and exits as it does', async () => {
    await signIn();
    const ran: unknown[] = [];
    const runProgram: Io['runProgram'] = async (...call) => {
      ran.push(call);
      return 7;
    };
    const { code, out, err } = await run('exec -- deploy --json --help', { runProgram });
    expect(code).toBe(7);
    expect(ran).toEqual([['deploy', ['--json', '--help'], { LATCHKEY_HOME: home, LATCHKEY_TOKEN: 'access-1' }]]);
    expect(out + err).not.toContain('access-1');
  });

  it('runs nothing without a program, or without anybody signed in', async () => {
    const runProgram = () => Promise.reject(new Error('ran'));
    expect((await run('exec', { runProgram })).code).toBe(exitCode.usage);
    expect((await run('exec --', { runProgram })).code).toBe(exitCode.usage);
    expect((await run('exec -- deploy', { runProgram })).code).toBe(exitCode.signedOut);
  });
});
