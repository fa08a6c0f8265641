import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sleep } from '@latchkey/shared/sleep.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { exitCode } from '../../clients/cli/exit-code.ts';
import type { Io } from '../../clients/cli/io.ts';
import { runCommand } from '../../clients/cli/run.ts';
import { fakeKeyring } from '../../clients/cli/testing/fake-keyring.ts';
import { startBrokerAndIdp, type TestBroker } from './kit/broker.ts';
import { createPerson } from './kit/person.ts';

let broker: TestBroker;
let home: string;

beforeAll(async () => {
  broker = await startBrokerAndIdp();
});
afterAll(() => broker?.close());
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'latchkey-cli-'));
});
afterEach(() => rm(home, { recursive: true }));

/** Runs a command that uses `visit` as its browser. */
async function run(
  args: string[],
  visit: (url: string) => Promise<boolean> = async () => false,
  signal = new AbortController().signal,
  request: typeof fetch = fetch,
) {
  let [out, err] = ['', ''];
  const io: Io = {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    input: async () => '',
    inputIsTerminal: false,
    hiddenInput: async () => '',
    errIsTerminal: false,
    outHasColors: false,
    env: { LATCHKEY_HOME: home },
    browserHere: true,
    openBrowser: visit,
    keyring: fakeKeyring('no_service').keyring,
    runProgram: () => Promise.reject(new Error('not part of this test')),
    fetch: (input, init) => request(input, init),
    now: Date.now,
    sleep,
    signal,
  };
  const [name = '', ...rest] = args;
  return { code: await runCommand(name, rest, io), out, err };
}

const login = ['login', '--client', 'cli'];

/** The user's part: signs in, decides, and follows the redirect to the CLI's port. */
const decide = (decision: 'allow' | 'deny') => async (url: string) => {
  const person = createPerson(broker.origins);
  const { url: back } = await person.decideNative(await person.open(new URL(url)), decision);
  // A request with a different `state` isn't ours, so it must have no effect.
  expect((await fetch(new URL('/callback?code=x&state=forged', back))).status).toBe(404);
  expect(await (await fetch(back)).text()).toContain(decision === 'allow' ? 'You’re signed in' : 'Sign-in denied');
  return true;
};

describe('latchkey login in the browser of this machine (RFC 8252)', () => {
  it('signs in without a code, keeps the tokens, refreshes and ends them', async () => {
    const signedIn = await run([...login, '--issuer', broker.origins.broker], decide('allow'));
    expect(signedIn).toMatchObject({ code: exitCode.ok });
    expect(signedIn.out).toContain('Signed in to');
    const [first, second] = [await run(['token', '--json']), await run(['token', '--json', '--min-ttl', '9'])];
    for (const { out } of [first, second]) {
      const answer = await fetch(`${broker.origins.broker}/userinfo`, {
        headers: { Authorization: `Bearer ${JSON.parse(out).access_token}` },
      });
      // Without `openid`, the token is valid, but UserInfo doesn't identify the user.
      expect(answer.status).toBe(403);
    }
    expect(await run(['logout'])).toMatchObject({ code: exitCode.ok });
    expect(await readdir(home)).toEqual([]);
  });

  it('asks again with the same code where the broker says to come back later', async () => {
    let refused = 0;
    const busyAtFirst: typeof fetch = async (input, init) => {
      const isToken = String(input).endsWith('/token');
      if (!isToken || refused === 2) return fetch(input, init);
      refused += 1;
      return Response.json({ error: 'temporarily_unavailable' }, { status: 503, headers: { 'Retry-After': '1' } });
    };
    const { code } = await run([...login, '--issuer', broker.origins.broker], decide('allow'), undefined, busyAtFirst);
    expect({ code, refused }).toEqual({ code: exitCode.ok, refused: 2 });
    expect((await run(['logout'])).code).toBe(exitCode.ok);
  });

  it('shows a code where the broker lets this client in by code only', async () => {
    const follow = async (url: string) => {
      const { url: back } = await createPerson(broker.origins).visitor.visit(url);
      expect(back.searchParams.get('error')).toBe('unauthorized_client');
      await fetch(back);
      return true;
    };
    const allowing: typeof fetch = async (input, init) => {
      const answer = await fetch(input, init);
      if (!String(input).endsWith('/device_authorization')) return answer;
      const { user_code: code } = (await answer.clone().json()) as { user_code: string };
      const person = createPerson(broker.origins);
      await person.decide(await person.enter(code), 'allow');
      return answer;
    };
    const tv = ['login', '--client', 'tv', '--issuer', broker.origins.broker];
    const { code, out, err } = await run(tv, follow, undefined, allowing);
    expect({ code, err }).toMatchObject({ code: exitCode.ok, err: expect.stringContaining('Using a code instead') });
    expect(out).toMatch(/[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}/);
    expect((await run([...tv, '--browser'], follow)).code).toBe(exitCode.failure);
  });

  it('says so when the person denies, and keeps nothing', async () => {
    const denied = await run([...login, '--issuer', broker.origins.broker], decide('deny'));
    expect(denied.code).toBe(exitCode.denied);
    expect(await readdir(home)).toEqual([]);
  });

  it('says who shall sign in, if it is told', async () => {
    let hint: string | null = null;
    const options = ['--issuer', broker.origins.broker, '--login-hint', 'ada@example.com'];
    const signedIn = await run([...login, ...options], async (url) => {
      hint = new URL(url).searchParams.get('login_hint');
      return decide('allow')(url);
    });
    expect([signedIn.code, hint]).toEqual([exitCode.ok, 'ada@example.com']);
  });

  it('leaves nothing behind after Ctrl-C: no file, no port', async () => {
    const interrupted = new AbortController();
    let port = '';
    const result = await run(
      [...login, '--issuer', broker.origins.broker],
      async (url) => {
        port = new URL(url).searchParams.get('redirect_uri') ?? '';
        interrupted.abort();
        return true;
      },
      interrupted.signal,
    );
    expect(result.code).toBe(exitCode.interrupted);
    expect(await readdir(home)).toEqual([]);
    await expect(fetch(port)).rejects.toThrow();
  });
});
