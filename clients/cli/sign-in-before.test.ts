import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeBroker, type FakeBroker, issuer } from '../device/testing/fake-broker.ts';
import { exitCode } from './exit-code.ts';
import type { Io } from './io.ts';
import { fakeKeyring } from './testing/fake-keyring.ts';
import { runIn } from './testing/run-in.ts';

/** What a sign-in, or a logout, does with the sign-in before. */

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
const revoked = () => broker.state.requests.filter((each) => each.path === '/revoke').map(({ form }) => form.token);
const entries = () => [...keyring.state.entries.keys()];

describe('the broker of the next sign-in', () => {
  beforeEach(() => signIn());
  const change = async (change: object) =>
    writeFile(path(), JSON.stringify({ ...(await kept()), ...change }), { mode: 0o600 });
  const asked = () => broker.state.requests.filter((each) => each.path === '/device_authorization').length;

  it('is that of the one before, and is named', async () => {
    const { code, err } = await run('login');
    expect(code).toBe(exitCode.ok);
    expect(err).toContain(`Signing in to ${issuer}, as before.\n`);
  });

  const evil = 'https://evil.example';

  it('is none from a file that was changed, and no link leads there', async () => {
    await change({ issuer: evil });
    const { code, out, err } = await run('login');
    expect({ code, out }).toEqual({ code: exitCode.failure, out: '' });
    expect(err).toContain('something has changed it. Add --issuer URL, or set LATCHKEY_ISSUER');
    expect(err).not.toContain('evil');
    const again = await signIn();
    expect(again.code).toBe(exitCode.ok);
    expect(again.err).toContain('To end it now, open /account on your broker.\n');
    expect(again.err).not.toContain('evil');
  });

  it('and no link leads there if the file names a key that nobody has', async () => {
    await change({ issuer: evil, key_id: 'none' });
    const { code, out, err } = await run('login');
    expect({ code, out }).toEqual({ code: exitCode.signedOut, out: '' });
    expect(err).toContain(`The file says ${evil}: check that this is your broker`);
    expect(err).not.toContain('/account');
    for (const again of [await signIn(), await change({ issuer: evil, key_id: 'none' }).then(() => run('logout'))]) {
      expect(again.err).toMatch(/To end it now, open \/account on your broker\.?\n/);
      expect(again.err).not.toContain('evil');
    }
  });

  it('gets nothing else from a file that was changed', async () => {
    await change({ client_id: 'other', scope: 'orders:write', resource: evil });
    expect((await run(`login --issuer ${issuer}`)).code).toBe(exitCode.ok);
    expect(broker.state.requests.findLast((each) => each.path === '/device_authorization')?.form).toEqual({
      client_id: 'latchkey-cli',
    });
  });

  it('is none if the file disappears before its key could open it', async () => {
    await change({ issuer: evil });
    keyring.state.before = (call) => (call === 'get' ? rm(path(), { force: true }) : Promise.resolve());
    const { code, err } = await run('login');
    expect(code).toBe(exitCode.usage);
    expect(err).toContain('no broker specified');
    expect(asked()).toBe(1);
  });

  it.each<[string, () => void, number]>([
    ['keyring_key_missing', () => keyring.state.entries.clear(), exitCode.signedOut],
    [
      'keyring_unavailable',
      () => {
        keyring.state.fault = 'refused';
      },
      exitCode.failure,
    ],
  ])('is none that nothing vouches for, and the file’s is shown: %s', async (error, prepare, code) => {
    prepare();
    const result = await run('login --store file --json');
    expect(result.code).toBe(code);
    expect(JSON.parse(result.out)).toMatchObject({ error });
    expect(result.err).toContain(`The file says ${issuer}: check that this is your broker`);
    expect(asked()).toBe(1);
    const env = { LATCHKEY_HOME: home, LATCHKEY_ISSUER: issuer };
    expect((await run('login --store file', { env })).code).toBe(exitCode.ok);
  });
});

describe('a sign-in over one that cannot be read', () => {
  beforeEach(() => signIn());

  it('says that its session stays active, where to end it, and that the key stays', async () => {
    keyring.state.fault = 'refused';
    const { code, err } = await signIn(' --store file');
    expect(code).toBe(exitCode.ok);
    expect(err).toContain(
      "Warning: your previous session stays active at the broker until it expires, because it couldn't be ended: the system's keyring can't be used: it is locked, or it refused. To end it now, open /account on your broker.\n",
    );
    expect(err).toContain(
      "Warning: the previous sign-in's key is still in the system's keyring. It no longer decrypts anything. ",
    );
    keyring.state.fault = undefined;
    await signIn(' --store auto');
    expect(entries()).toEqual([(await kept()).key_id]);
  });

  it('says so, too, if the broker could not be told', async () => {
    broker.state.revoke = 503;
    const { code, err } = await signIn();
    expect(code).toBe(exitCode.ok);
    expect(err).toMatch(/stays active at the broker until it expires, .*To end it now, go to .*\/account\.\n/);
    expect(entries()).toEqual([(await kept()).key_id]);
  });
});

describe('a logout of what cannot be read', () => {
  beforeEach(() => signIn());

  it('says of a changed file that the session stays active, and shows no link of it', async () => {
    await writeFile(path(), JSON.stringify({ ...(await kept()), issuer: 'https://evil.example' }), { mode: 0o600 });
    const { code, err } = await run('logout');
    expect(code).toBe(exitCode.failure);
    expect(err).toContain(
      "signed out on this computer, but the session at the broker couldn't be ended. The sign-in was damaged",
    );
    expect(err).toContain('To end it now, open /account on your broker');
    expect(err).not.toContain('evil');
    expect([await readdir(home), entries()]).toEqual([[], []]);
  });

  it.each(['', 'no URL', 'javascript:alert(1)', 'https://a@evil.example'])(
    'survives a broker that is none: "%s"',
    async (damaged) => {
      await writeFile(path(), JSON.stringify({ ...(await kept()), issuer: damaged }), { mode: 0o600 });
      keyring.state.entries.clear();
      const { code, out, err } = await run('logout --json');
      expect(code).toBe(exitCode.failure);
      expect(JSON.parse(out)).toMatchObject({ error: 'keyring_unavailable' });
      expect(err).toContain('To end it now, open /account on your broker');
      expect(await readdir(home)).toEqual([]);
    },
  );

  it('deletes no file that may be another program’s, and says that the session stays active', async () => {
    await writeFile(path(), '{"precious":true}', { mode: 0o600 });
    const { code, err } = await run('logout');
    expect(code).toBe(exitCode.failure);
    expect(err).toContain(
      'Nothing was deleted. If you were signed in, your session stays active at the broker. To end it now, open',
    );
    expect(await text()).toBe('{"precious":true}');
  });
});

describe('keys of sign-ins that ended early, or began at the same time', () => {
  const isOneKey = async () => {
    expect(entries()).toEqual([(await kept()).key_id]);
    const active = await run('token');
    expect(active).toMatchObject({ code: exitCode.ok, err: '' });
  };

  it('an interrupted one leaves no more than one, which the next replaces', async () => {
    for (let times = 0; times < 3; times += 1) {
      const interrupt = new AbortController();
      // The keyring has the key already, and its answer is on the way.
      const put: Io['keyring']['put'] = async (...entry) => {
        await keyring.keyring.put(...entry);
        interrupt.abort();
        interrupt.signal.throwIfAborted();
      };
      const changes = { signal: interrupt.signal, keyring: { ...keyring.keyring, put } };
      expect((await signIn('', changes)).code).toBe(130);
    }
    expect(entries()).toHaveLength(1);
    await signIn();
    await isOneKey();
    await run('logout');
    expect(entries()).toEqual([]);
  });

  /** Signs in, and lets others do something while its person approves. */
  const signInDuring = (others: () => Promise<unknown>, changes?: Partial<Io>) => {
    let isFirst = true;
    const fetch: Io['fetch'] = async (input, init) => {
      if (isFirst && String(input).endsWith('/token')) {
        isFirst = false;
        await others();
      }
      return broker.fetch(input, init);
    };
    return signIn('', { fetch, ...changes });
  };

  it.each([false, true])('two leave one key and one session, with a sign-in before: %j', async (hasBefore) => {
    if (hasBefore) await signIn();
    expect((await signInDuring(signIn)).code).toBe(exitCode.ok);
    await isOneKey();
    expect(revoked()).toHaveLength(broker.state.minted - 1);
    expect(revoked()).not.toContain(`refresh-${broker.state.minted}`);
  });

  it('one that is denied takes no key from another', async () => {
    const denied = async () => {
      broker.state.token = ['access_denied'];
      expect((await signIn()).code).toBe(exitCode.denied);
    };
    expect((await signInDuring(denied)).code).toBe(exitCode.ok);
    await isOneKey();
  });

  it('one that ends after another has signed in takes no key from it', async () => {
    const other = async () => {
      expect((await signIn()).code).toBe(exitCode.ok);
      broker.state.token = ['access_denied'];
    };
    expect((await signInDuring(other)).code).toBe(exitCode.denied);
    await isOneKey();
  });

  it('a token is printed while two others sign in', async () => {
    await signIn();
    keyring.state.before = async (call) => {
      if (call !== 'get') return;
      keyring.state.before = async () => undefined;
      await signIn();
      await signIn();
    };
    expect(await run('token')).toMatchObject({ code: exitCode.ok, out: 'access-3\n' });
  });
});
