import { chmod, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeBroker, type FakeBroker, issuer } from '../../device/testing/fake-broker.ts';
import { exitCode } from '../exit-code.ts';
import type { Io } from '../io.ts';
import type { KeyringFaultCode } from '../keyring/keyring.ts';
import { fakeKeyring } from '../testing/fake-keyring.ts';
import { runIn } from '../testing/run-in.ts';

/** `latchkey login` and what follows, where there is a keyring. */

let home: string;
let broker: FakeBroker;
let keyring: ReturnType<typeof fakeKeyring>;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'latchkey-'));
  broker = createFakeBroker();
  keyring = fakeKeyring();
});
afterEach(() => rm(home, { recursive: true }));

const run = (line: string, changes?: Partial<Io>) =>
  runIn(home, broker, line, { keyring: keyring.keyring, ...changes });
const path = () => join(home, 'default.json');
const text = () => readFile(path(), 'utf8');
const kept = async () => JSON.parse(await text());
const signIn = (more = '', changes?: Partial<Io>) =>
  run(`login --issuer ${issuer} --client tv --scope orders:read${more}`, changes);
const tokens = { access_token: 'old', token_type: 'Bearer', expires_at: 1, refresh_token: 'refresh-0' };
/** A file from before there were keyrings. */
const plainFile = (more: object = {}) =>
  writeFile(path(), JSON.stringify({ version: 1, issuer, client_id: 'tv', tokens, ...more }), { mode: 0o600 });
const expire = () => {
  broker.state.now += 300_000;
};
const revoked = () => broker.state.requests.filter((each) => each.path === '/revoke').map(({ form }) => form.token);
const entries = () => [...keyring.state.entries.keys()];
const status = async () => JSON.parse((await run('status --json')).out);

describe('a sign-in with a keyring', () => {
  it('is encrypted, in a file that only its owner can read, and works as ever', async () => {
    const { code, out } = await signIn();
    expect(code).toBe(exitCode.ok);
    expect(out).toContain(`${path()} (encrypted with a key in the system's keyring).\n`);
    expect((await stat(path())).mode & 0o777).toBe(0o600);
    expect(await text()).not.toMatch(/access-1|refresh-1/);
    expect(await kept()).toMatchObject({ version: 2, issuer, client_id: 'tv', scope: 'orders:read', store: 'auto' });
    expect(entries()).toEqual([(await kept()).key_id]);
    expect((await run('token')).out).toBe('access-1\n');
    expire();
    expect((await run('token')).out).toBe('access-2\n');
    expect(await text()).not.toMatch(/access-2|refresh-2/);
    expect(await status()).toMatchObject({ store: 'keyring', refreshable: true });
    expect((await run('status')).out).toContain(
      "Stored:       in the file, encrypted with a key in the system's keyring\n",
    );
    expect((await run('logout')).out).toBe('Signed out.\n');
    expect(revoked()).toEqual(['refresh-2']);
    expect([await readdir(home), entries()]).toEqual([[], []]);
  });

  it('writes nothing to the keyring in a rotation, and asks it once', async () => {
    await signIn();
    expire();
    keyring.state.calls.length = 0;
    const shells = await Promise.all([run('token'), run('token'), run('token')]);
    expect(shells.map(({ out }) => out)).toEqual(['access-2\n', 'access-2\n', 'access-2\n']);
    expect(keyring.state.calls).toEqual(['get', 'get', 'get']);
    expect(broker.state.minted).toBe(2);
  });

  it('has a new key each time, and ends the one before', async () => {
    await signIn();
    const before = await kept();
    expect((await run('login')).code).toBe(exitCode.ok);
    expect(entries()).toEqual([(await kept()).key_id]);
    expect(entries()).not.toContain(before.key_id);
    expect(revoked()).toEqual(['refresh-1']);
  });

  it('leaves no key behind when it is denied, or when its tokens cannot be kept', async () => {
    broker.state.token = ['access_denied'];
    expect((await signIn()).code).toBe(exitCode.denied);
    expect([entries(), keyring.state.calls]).toEqual([[], ['put', 'remove']]);
    const fetch: Io['fetch'] = async (input, init) => {
      if (String(input).endsWith('/token')) await rm(home, { recursive: true }).then(() => writeFile(home, ''));
      return broker.fetch(input, init);
    };
    expect((await signIn('', { fetch })).code).toBe(exitCode.failure);
    expect([entries(), revoked()]).toEqual([[], ['refresh-1']]);
  });

  it('tells a helper for what it is without the keyring', async () => {
    await run(`login --issuer ${issuer} --resource https://git.example.com`);
    keyring.state.calls.length = 0;
    expect((await run('docker-credential list')).out).toBe('{"git.example.com":"oauth2"}\n');
    const asked = { input: async () => 'protocol=https\nhost=evil.example\n\n' };
    expect((await run('git-credential get', asked)).out).toBe('');
    expect(keyring.state.calls).toEqual([]);
  });
});

describe('--store', () => {
  it('file asks no keyring, and stays so', async () => {
    await signIn(' --store file');
    expire();
    await run('token');
    await run('login');
    expect(keyring.state.calls).toEqual([]);
    expect(await kept()).toMatchObject({ version: 1, store: 'file', tokens: { refresh_token: 'refresh-3' } });
    expect((await run('status')).out).toContain('not encrypted, because you chose that (--store file)\n');
    expect((await run('login --store auto')).code).toBe(exitCode.ok);
    expect(await kept()).toMatchObject({ version: 2, store: 'auto' });
  });

  it('keyring fails without one, before it asks for anything', async () => {
    keyring.state.fault = 'no_service';
    const { code, out, err } = await signIn(' --store keyring --json');
    expect(code).toBe(exitCode.failure);
    expect(JSON.parse(out)).toMatchObject({ type: 'error', error: 'keyring_unavailable' });
    expect(err).toContain("the system's keyring can't be used: this session has no keyring service");
    expect([await readdir(home), broker.paths()]).toEqual([[], []]);
  });

  it('is also LATCHKEY_STORE, at the next sign-in', async () => {
    const env = { LATCHKEY_HOME: home, LATCHKEY_STORE: 'keyring' };
    await signIn(' --store file', { env });
    expect(await kept()).toMatchObject({ version: 1, store: 'file' });
    expire();
    expect((await run('token', { env })).out).toBe('access-2\n');
    expect(await kept()).toMatchObject({ version: 1, store: 'file' });
    await run('login', { env });
    expect(await kept()).toMatchObject({ version: 2, store: 'keyring' });
    keyring.state.fault = 'no_service';
    expect((await run('login', { env })).code).toBe(exitCode.failure);
  });

  it.each(['login --store vault', 'login'])('is one of three: %s', async (line) => {
    const env = { LATCHKEY_HOME: home, LATCHKEY_ISSUER: issuer, ...(line === 'login' && { LATCHKEY_STORE: 'x' }) };
    const { code, err } = await run(line, { env });
    expect(code).toBe(exitCode.usage);
    expect(err).toMatch(/(?:--store|LATCHKEY_STORE) must be auto, keyring or file/);
  });
});

describe('without a keyring', () => {
  it.each<[KeyringFaultCode, string]>([
    ['no_library', "its library isn't installed"],
    ['no_service', 'this session has no keyring service'],
    ['sudo', 'sudo runs this command as another user'],
  ])('a sign-in is in the file, silently, and status says why: %s', async (fault, why) => {
    keyring.state.fault = fault;
    const { code, err } = await signIn();
    expect({ code, err }).toEqual({ code: exitCode.ok, err: 'Waiting for approval… (expires in 10 min)\n' });
    await isInFile(fault, why);
  });

  it.each<[KeyringFaultCode, string]>([
    ['refused', 'it is locked, or it refused'],
    ['timed_out', "it didn't answer in time"],
    ['no_process', 'no process can be started for it'],
  ])('that could be used, a sign-in says before it begins that it will be in the file: %s', async (fault, why) => {
    keyring.state.fault = fault;
    let saidBefore = '';
    let said = '';
    const err = (text: string) => {
      said += text;
    };
    const fetch: Io['fetch'] = async (input, init) => {
      saidBefore ||= said;
      return broker.fetch(input, init);
    };
    expect((await signIn('', { err, fetch })).code).toBe(exitCode.ok);
    expect(saidBefore).toContain('Warning: this sign-in will be in the file, not encrypted.');
    expect(saidBefore).toContain(why);
    await isInFile(fault, why);
    said = '';
    await signIn(' --store file', { err });
    expect(said).not.toContain('encrypt');
  });

  async function isInFile(fault: KeyringFaultCode, why: string) {
    expect(await kept()).toMatchObject({ version: 1, no_keyring: fault, tokens: { refresh_token: 'refresh-1' } });
    expect(await status()).toMatchObject({ store: 'file', no_keyring: fault });
    expect((await run('status')).out).toContain(why);
    keyring.state.calls.length = 0;
    expire();
    expect((await run('token')).out).toBe('access-2\n');
    expect(keyring.state.calls).toEqual([]);
    expect(await kept()).toMatchObject({ no_keyring: fault });
  }

  it.each<KeyringFaultCode>(['refused', 'timed_out', 'no_process', 'no_service', 'no_library', 'sudo'])(
    'no sign-in that follows an encrypted one is plain, unless its person says so: %s',
    async (fault) => {
      await signIn();
      const before = await text();
      keyring.state.fault = fault;
      const { code, out, err } = await signIn();
      expect({ code, out }).toEqual({ code: exitCode.failure, out: '' });
      expect(err).toContain(
        `the sign-in in ${path()} is encrypted, but a new one would not be, because the system's keyring can't be used (`,
      );
      expect(err).toContain('--store file');
      expect(await text()).toBe(before);
      expect((await signIn(' --store file')).code).toBe(exitCode.ok);
      expect(await kept()).toMatchObject({ version: 1, store: 'file' });
    },
  );

  it('is tried again at the next sign-in', async () => {
    keyring.state.fault = 'refused';
    await signIn();
    keyring.state.fault = undefined;
    await run('login');
    expect(await kept()).toMatchObject({ version: 2 });
  });
});

describe('a file from before there were keyrings', () => {
  it('stays as it is until the next sign-in: a cron job may use it where no keyring is', async () => {
    await plainFile();
    expect((await run('token')).out).toBe('access-1\n');
    expect(await kept()).toMatchObject({ version: 1 });
    expect(keyring.state.calls).toEqual([]);
    expect((await run('status')).out).toContain(
      "The next “latchkey login” uses the system's keyring, if there is one\n",
    );
    await run('login');
    expect(await kept()).toMatchObject({ version: 2, store: 'auto' });
  });
});

describe('a file that somebody else can write', () => {
  it('does not make the next sign-in a plain one', async () => {
    await signIn();
    await writeFile(path(), JSON.stringify({ ...(await kept()), store: 'file' }));
    const { code, err } = await run('login');
    expect(code).toBe(exitCode.failure);
    expect(err).toContain(path());
    expect(broker.state.requests.filter((each) => each.path === '/device_authorization')).toHaveLength(1);
  });

  it('does not make it a plain one without a word, if somebody replaces it', async () => {
    await signIn();
    await plainFile({ store: 'file' });
    let said = '';
    const err = (text: string) => {
      said += text;
    };
    let saidBefore = '';
    const fetch: Io['fetch'] = async (input, init) => {
      saidBefore ||= said;
      return broker.fetch(input, init);
    };
    await run('login', { err, fetch });
    expect(saidBefore).toContain('this sign-in will be in the file, not encrypted, as the last one was');
    said = '';
    await run('login --store file', { err });
    await run('login', { err, env: { LATCHKEY_HOME: home, LATCHKEY_STORE: 'file' } });
    expect(said).not.toContain('encrypt');
  });
});

describe('a private home at the same path, with the same keyring', () => {
  it('takes no key from the other one', async () => {
    await signIn();
    await rename(home, `${home}.other`);
    try {
      await signIn();
      await run('logout');
    } finally {
      await rm(home, { recursive: true });
      await rename(`${home}.other`, home);
    }
    expect((await run('token')).out).toBe('access-1\n');
  });
});

describe('a keyring that is locked while its person approves', () => {
  it('keeps no sign-in: nobody knows whether its key is still there', async () => {
    const lock: Io['fetch'] = async (input, init) => {
      if (String(input).endsWith('/token')) keyring.state.fault = 'refused';
      return broker.fetch(input, init);
    };
    const { code, err } = await signIn('', { fetch: lock });
    expect(code).toBe(exitCode.failure);
    expect(err).toContain('Unlock it and try again');
    expect([await readdir(home), revoked()]).toEqual([[], ['refresh-1']]);
  });
});

describe('Ctrl-C while the keyring asks for its password', () => {
  it('deletes nothing: logout has not begun', async () => {
    await signIn();
    const interrupt = new AbortController();
    keyring.state.before = async (call) => {
      if (call !== 'get') return;
      interrupt.abort();
      interrupt.signal.throwIfAborted();
    };
    expect((await run('logout', { signal: interrupt.signal })).code).toBe(130);
    keyring.state.before = async () => undefined;
    expect((await run('token')).out).toBe('access-1\n');
  });
});

describe('a key that is gone', () => {
  beforeEach(async () => {
    await signIn();
    keyring.state.entries.clear();
  });

  it.each(['token', 'status', 'exec -- true'])('is told by %s, with the cure', async (line) => {
    const { code, out, err } = await run(line);
    expect({ code, out }).toEqual({ code: exitCode.signedOut, out: '' });
    expect(err).toContain(`the system's keyring no longer has the key of ${path()}`);
    expect(err).toContain('Run: latchkey login');
  });

  it('has a stable code', async () => {
    expect(JSON.parse((await run('token --json')).out)).toMatchObject({ error: 'keyring_key_missing' });
  });

  it('is told, too, where something else is in its place', async () => {
    keyring.state.entries.set((await kept()).key_id, 'hunter2');
    expect((await run('token')).code).toBe(exitCode.signedOut);
  });

  it('is cured by a sign-in, which still has its defaults', async () => {
    expect((await run(`login --issuer ${issuer}`)).code).toBe(exitCode.ok);
    expect(broker.state.requests.findLast((each) => each.path === '/device_authorization')?.form).toEqual({
      client_id: 'tv',
      scope: 'orders:read',
    });
    expect((await run('token')).out).toBe('access-2\n');
    expect(entries()).toHaveLength(1);
  });

  it('does not keep logout from deleting, which says where to end the session', async () => {
    const { code, err } = await run('logout');
    expect(code).toBe(exitCode.failure);
    expect(err).toContain(
      "signed out on this computer, but the session at the broker couldn't be ended. The system's keyring no longer has the key of the sign-in. To end it now, open /account on your broker",
    );
    expect(await readdir(home)).toEqual([]);
  });

  it('was only replaced where another shell signed in meanwhile', async () => {
    let asked = 0;
    keyring.state.before = async (call) => {
      if (call !== 'get' || asked > 0) return;
      asked += 1;
      await signIn();
    };
    expect((await run('token')).out).toBe('access-2\n');
  });
});

describe('a keyring that is out of reach', () => {
  beforeEach(() => signIn());

  it.each<[KeyringFaultCode, string]>([
    ['no_service', 'Run this where your keyring is, such as in your desktop session'],
    ['refused', 'Unlock it and try again'],
    ['timed_out', 'Unlock it and try again'],
    ['no_library', 'Install latchkey again, with its optional dependencies'],
    ['sudo', 'Run this without sudo'],
  ])('loses nothing: %s', async (fault, cure) => {
    keyring.state.fault = fault;
    const before = await text();
    const { code, out, err } = await run('token --json');
    expect(code).toBe(exitCode.failure);
    expect(JSON.parse(out)).toMatchObject({ error: 'keyring_unavailable' });
    expect(err).toContain(`${cure}, or sign in without it: latchkey login --store file`);
    keyring.state.fault = undefined;
    expect([await text(), (await run('token')).out]).toEqual([before, 'access-1\n']);
  });

  it('is cured by a sign-in without it', async () => {
    keyring.state.fault = 'timed_out';
    expect((await run(`login --issuer ${issuer} --store file`)).code).toBe(exitCode.ok);
    expect((await run('token')).out).toBe('access-2\n');
  });

  it('does not keep logout from deleting', async () => {
    keyring.state.fault = 'refused';
    const { code, err } = await run('logout');
    expect(code).toBe(exitCode.failure);
    expect(err).toContain("The keyring can't be used: it is locked, or it refused.");
    expect(await readdir(home)).toEqual([]);
  });
});

describe('an encrypted file', () => {
  beforeEach(() => signIn());
  const change = async (change: object) =>
    writeFile(path(), JSON.stringify({ ...(await kept()), ...change }), { mode: 0o600 });

  it.each([
    { issuer: 'https://evil.example' },
    { client_id: 'other' },
    { scope: 'orders:write' },
    { resource: 'https://evil.example' },
    { store: 'keyring' },
  ])('sends its refresh token to nobody else after a change: %j', async (changed) => {
    await change(changed);
    expire();
    const asked = broker.state.requests.length;
    const { code, err } = await run('token');
    expect(code).toBe(exitCode.failure);
    expect(err).toContain('is damaged, or something has changed it. Sign in again: latchkey login');
    expect(broker.state.requests).toHaveLength(asked);
  });

  it.each([{ sealed: '' }, { sealed: 7 }, { key_id: null }, { version: 3 }, { store: 'vault' }, { issuer: undefined }])(
    'is refused with other content: %j',
    async (changed) => {
      await change(changed);
      const { code, out } = await run('token --json');
      expect(code).toBe(exitCode.failure);
      expect(JSON.parse(out)).toMatchObject({ error: 'unusable' });
    },
  );

  it('is refused where others may read it', async () => {
    await chmod(path(), 0o644);
    expect((await run('token')).err).toContain('chmod 600');
  });
});

it('a home that machines share is named as a reason for a key that is not there', async () => {
  await signIn();
  // Another machine's keyring.
  const { err } = await run('token', { keyring: fakeKeyring().keyring });
  expect(err).toContain('or another machine has it');
  expect(err).toMatch(/--store file.* LATCHKEY_HOME/);
});
