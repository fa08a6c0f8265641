import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { createBackground, redirectOf } from '../../../test/extension/background.ts';
import { refusal } from '../../../test/extension/fake-broker.ts';
import { PageNotLoadedError } from '../../platform/page-not-loaded.ts';
import type { Attempt } from './attempts.ts';

let parts: ReturnType<typeof createBackground>;
beforeEach(() => {
  parts = createBackground();
});

describe('sign-in', () => {
  it('ends with a session, a new epoch, and no trace of state, verifier or code', async () => {
    await parts.signIn.run();
    expect((await parts.session.current())?.account.name).toBe('Ada Lovelace');
    await expect.poll(() => parts.broadcasts).toEqual([{ ev: 'session', epoch: expect.any(String) }]);
    expect(await parts.events.epoch()).toBe('epoch-2');
    expect(await parts.signIns.get()).toBeUndefined();
  });

  it('has written state and verifier down before the window opens', async () => {
    const bodies: Record<string, string>[] = [];
    const { fetch } = parts.broker;
    parts.broker.fetch = async (input, init) => {
      if (typeof init?.body === 'string') bodies.push(JSON.parse(init.body));
      return fetch(input, init);
    };
    let stored: Attempt | undefined;
    parts.window.launch = async (url) => {
      stored = (await parts.signIns.get())?.at(-1);
      return redirectOf(url);
    };
    await parts.signIn.run();
    expect(stored).toMatchObject({ state: bodies[0]?.state });
    expect(bodies[0]?.code_challenge).toBe(
      createHash('sha256')
        .update(stored?.verifier ?? '')
        .digest('base64url'),
    );
    expect(bodies[1]).toEqual({
      state: stored?.state,
      code: 'c0de',
      code_verifier: stored?.verifier,
      iss: 'https://idp.test',
    });
  });

  it('opens one window for all who ask at once', async () => {
    await Promise.all([parts.signIn.run(), parts.signIn.run()]);
    expect(parts.broker.calls.filter((call) => call === 'POST /session/authorize')).toHaveLength(1);
  });

  it.each([
    'javascript:alert(1)',
    'data:text/html,hi',
    'chrome-extension://extension-id/ui/popup.html',
    'http://idp.test/authorize',
    // The broker isn't on this machine.
    'http://localhost:9000/authorize',
    'https://idp.test@evil.test/authorize',
    'idp.test/authorize',
    '',
  ])('opens no %j, whatever the broker says', async (url) => {
    const opened: string[] = [];
    parts.window.launch = async (at) => {
      opened.push(at);
      return redirectOf(at);
    };
    const answer = { authorization_url: url, issuer: 'https://idp.test', iss_required: true, expires_in: 600 };
    parts.broker.next('POST /session/authorize', Response.json(answer));
    await expect(parts.signIn.run()).rejects.toMatchObject({ code: 'busy' });
    expect(opened).toEqual([]);
    expect(await parts.signIns.get()).toBeUndefined();
  });

  it.each([
    ['another state', { state: 'x'.repeat(43) }],
    ['no state', { state: '' }],
    ['another issuer', { iss: 'https://evil.test' }],
    ['no issuer though one is promised', { iss: '' }],
    ['no code', { code: '' }],
    ['a token in the redirect', { id_token: 'e30.e30.' }],
  ])('refuses a redirect with %s, and sends its code nowhere', async (_what, more) => {
    parts.window.launch = async (url) => redirectOf(url, more);
    await expect(parts.signIn.run()).rejects.toMatchObject({ code: 'expired' });
    expect(parts.broker.calls).toEqual(['POST /session/authorize']);
  });

  it('refuses a redirect to another address', async () => {
    parts.window.launch = async (url) => redirectOf(url).replace('chromiumapp.test/', 'chromiumapp.test/elsewhere');
    await expect(parts.signIn.run()).rejects.toMatchObject({ code: 'expired' });
  });

  it('is a no where the window is closed, or the provider says access_denied', async () => {
    parts.window.launch = async () => {
      throw new Error('The user did not approve access.');
    };
    await expect(parts.signIn.run()).rejects.toMatchObject({ code: 'user_denied' });
    parts.window.launch = async (url) => redirectOf(url, { error: 'access_denied' });
    await expect(parts.signIn.run()).rejects.toMatchObject({ code: 'user_denied' });
  });

  it('repeats nothing of a provider’s error but its code', async () => {
    parts.window.launch = async (url) => redirectOf(url, { error: '<b>server_error</b>1', error_description: 'leak' });
    const error = await parts.signIn.run().catch((reason: Error) => reason);
    expect(error).toMatchObject({ code: 'busy' });
    expect(String(error).replace(/ \(request \w{32}\)$/, '')).not.toMatch(/leak|<|1/);
  });

  it('has one trace from its start to its session, also when it goes on later', async () => {
    const tracesOf = (path: string) =>
      parts.broker.traces.flatMap(([call, trace]) => (call === `POST ${path}` ? [trace] : []));
    for (let attempt = 0; attempt < 3; attempt += 1) parts.broker.next('POST /session', 'lost');
    await expect(parts.signIn.run()).rejects.toMatchObject({ code: 'offline' });
    await parts.signIn.run();
    const [begun = ''] = tracesOf('/session/authorize');
    expect(begun).toMatch(/^[0-9a-f]{32}$/);
    expect(tracesOf('/session')).toEqual([begun, begun, begun, begun]);
    await parts.signIn.run();
    expect(tracesOf('/session').at(-1)).toBe(tracesOf('/session/authorize').at(-1));
    expect(tracesOf('/session').at(-1)).not.toBe(begun);
  });

  it('sends the code again when the connection was lost under it', async () => {
    parts.broker.next('POST /session', 'lost');
    await parts.signIn.run();
    expect(parts.broker.calls.filter((call) => call === 'POST /session')).toHaveLength(2);
    expect(await parts.session.current()).toBeDefined();
  });

  it('goes on with the code, without a window, when the broker was away for longer', async () => {
    for (let times = 0; times < 3; times += 1) parts.broker.next('POST /session', 'lost');
    await expect(parts.signIn.run()).rejects.toMatchObject({ code: 'offline' });
    parts.window.launch = () => Promise.reject(new Error('a second window'));
    await parts.signIn.run();
    expect(await parts.session.current()).toBeDefined();
  });

  it('begins again where the broker no longer knows the transaction', async () => {
    for (let times = 0; times < 3; times += 1) parts.broker.next('POST /session', 'lost');
    await expect(parts.signIn.run()).rejects.toMatchObject({ code: 'offline' });
    parts.broker.next('POST /session', refusal('invalid_transaction', 400));
    await parts.signIn.run();
    expect(parts.broker.calls.filter((call) => call === 'POST /session/authorize')).toHaveLength(2);
  });

  it('begins again where the request whose answer was lost has used the code', async () => {
    parts.broker.next('POST /session', 'lost');
    parts.broker.next('POST /session', refusal('invalid_transaction', 400));
    await parts.signIn.run();
    expect(parts.broker.calls.filter((call) => call === 'POST /session/authorize')).toHaveLength(2);
    expect(await parts.session.current()).toBeDefined();
    expect(await parts.signIns.get()).toBeUndefined();
  });

  it('tells the broker’s own reason, and opens no second window, where its answer did arrive', async () => {
    parts.broker.next('POST /session', refusal('upstream_error', 502));
    for (const _time of [1, 2]) parts.broker.next('POST /session', refusal('invalid_transaction', 400));
    await expect(parts.signIn.run()).rejects.toMatchObject({ error: 'upstream_error' });
    expect(parts.broker.calls.filter((call) => call === 'POST /session/authorize')).toHaveLength(1);
  });

  it('says that it has expired where no answer was lost', async () => {
    parts.broker.next('POST /session', refusal('invalid_transaction', 400));
    await expect(parts.signIn.run()).rejects.toMatchObject({ code: 'expired' });
    expect(parts.broker.calls.filter((call) => call === 'POST /session/authorize')).toHaveLength(1);
  });

  it('begins again after a worker that was stopped with the window open', async () => {
    parts.window.launch = () => new Promise(() => undefined);
    void parts.signIn.run();
    await expect.poll(() => parts.signIns.get()).toBeDefined();
    const woken = createBackground(parts);
    await woken.signIn.run();
    expect(await woken.session.current()).toBeDefined();
    expect(await woken.signIns.get()).toBeUndefined();
  });

  it('keeps its key while a request of the session before is told that this session is over', async () => {
    await parts.signIn.run();
    const before = await parts.keys.load();
    parts.window.launch = async (url) => {
      parts.broker.signedIn = false;
      await parts.session.refreshed(0);
      return redirectOf(url);
    };
    await parts.signIn.run();
    expect(await parts.keys.load()).toEqual(before);
    expect(await parts.session.current()).toBeDefined();
  });
});

describe('sign-ins beside each other', () => {
  /** Opens a window that the user closes, and returns the URL it was opened with. */
  async function closedWindow(): Promise<string> {
    let opened = '';
    parts.window.launch = async (url) => {
      opened = url;
      throw new Error('The user did not approve access.');
    };
    await expect(parts.signIn.run()).rejects.toMatchObject({ code: 'user_denied' });
    return opened;
  }
  const verifiers = () =>
    parts.broker.bodies
      .filter((body) => 'code_verifier' in body)
      .map(({ state, code_verifier }) => [state, code_verifier]);

  it('the provider answers one whose window was closed: signed in, with that one’s verifier', async () => {
    const closed = await closedWindow();
    const [first] = (await parts.signIns.get()) ?? [];
    let windows = 0;
    parts.window.launch = async () => {
      windows += 1;
      return redirectOf(closed);
    };
    await parts.signIn.run();
    expect(await parts.session.current()).toBeDefined();
    expect(verifiers()).toEqual([[first?.state, first?.verifier]]);
    expect(windows).toBe(1);
    expect(await parts.signIns.get()).toBeUndefined();
  });

  it('the provider answers one that is too old: begun again', async () => {
    const closed = await closedWindow();
    parts.clock.ms += 600_000;
    let windows = 0;
    parts.window.launch = async (url) => {
      windows += 1;
      return redirectOf(windows === 1 ? closed : url);
    };
    await expect(parts.signIn.run()).rejects.toMatchObject({ code: 'expired' });
    expect(verifiers()).toEqual([]);
  });

  it('the provider answers one that the broker no longer knows: the window opens once more, and that is all', async () => {
    const closed = await closedWindow();
    const answers = [closed, undefined];
    parts.window.launch = async (url) => redirectOf(answers.shift() ?? url);
    parts.broker.next('POST /session', refusal('invalid_transaction', 400));
    await parts.signIn.run();
    expect(await parts.session.current()).toBeDefined();

    await parts.session.signOut();
    const again = await closedWindow();
    const more = await closedWindow();
    const twice = [again, more];
    parts.window.launch = async () => redirectOf(twice.shift() ?? 'https://nobody.test/?');
    for (let times = 0; times < 2; times += 1) parts.broker.next('POST /session', refusal('invalid_transaction', 400));
    await expect(parts.signIn.run()).rejects.toMatchObject({ code: 'expired' });
    expect(twice).toEqual([]);
  });

  it('the provider answers the silent try before, for another account: the window opens once more', async () => {
    await parts.signIn.run();
    parts.broker.next('POST /session/token', refusal('login_required', 401));
    await expect(
      parts.tokens.get({ origin: 'https://shop.test', resource: 'https://api.test', scopes: ['orders:read'] }, 5),
    ).rejects.toMatchObject({ code: 'not_signed_in' });
    let silent = '';
    parts.window.launchSilently = async (url) => {
      silent = url;
      throw new Error('User interaction required.');
    };
    let windows = 0;
    parts.window.launch = async (url) => {
      windows += 1;
      return redirectOf(windows === 1 ? silent : url);
    };
    parts.broker.next('POST /session', refusal('account_selection_required', 403));
    await parts.signIn.run();
    expect(windows).toBe(2);
    expect((await parts.session.current())?.session.state).toBe('active');
  });

  it('no more than eight are kept', async () => {
    for (let times = 0; times < 10; times += 1) await closedWindow();
    expect(await parts.signIns.get()).toHaveLength(8);
  });
});

describe('a window whose page breaks off', () => {
  const broken = () => Promise.reject(new PageNotLoadedError());

  it('opens once more by itself: a form that was sent twice costs nobody the sign-in', async () => {
    const windows = [broken, async (url: string) => redirectOf(url)];
    parts.window.launch = (url) => windows.shift()?.(url) ?? broken();
    await parts.signIn.run();
    expect(await parts.session.current()).toBeDefined();
  });

  it('twice is told as what it is, and is no no', async () => {
    let windows = 0;
    parts.window.launch = () => {
      windows += 1;
      return broken();
    };
    await expect(parts.signIn.run()).rejects.toMatchObject({ code: 'expired' });
    expect(windows).toBe(2);
    expect(await parts.problem.get()).toMatchObject({ reason: 'broke_off' });
  });

  it('that the user closes opens no more', async () => {
    let windows = 0;
    parts.window.launch = () => {
      windows += 1;
      return Promise.reject(new Error('User cancelled or denied access.'));
    };
    await expect(parts.signIn.run()).rejects.toMatchObject({ code: 'user_denied' });
    expect(windows).toBe(1);
  });
});

describe('a provider that refuses', () => {
  it.each([
    ['access_denied', 'user_denied'],
    ['interaction_required', 'busy'],
    ['temporarily_unavailable', 'busy'],
    ['invalid_scope', 'busy'],
  ])('with %s is told to the broker with its words, and to the popup without them', async (error, code) => {
    const error_description = 'User is not assigned to the client application.';
    let attempt: Attempt | undefined;
    parts.window.launch = async (url) => {
      attempt = (await parts.signIns.get())?.at(-1);
      return redirectOf(url, { code: '', error, error_description });
    };
    await expect(parts.signIn.run()).rejects.toMatchObject({ code });
    await expect
      .poll(() => parts.broker.bodies.at(-1))
      .toEqual({
        state: attempt?.state,
        code_verifier: attempt?.verifier,
        error,
        error_description,
      });
    expect(parts.broker.calls.at(-1)).toBe('POST /session/refusal');
    expect(await parts.signIns.get()).toEqual([]);
    const told = await parts.problem.get();
    expect(told).toEqual({ code, reason: 'provider', providerError: error, message: expect.stringContaining(error) });
    expect(JSON.stringify(told)).not.toContain('assigned');
  });

  it('is told the same when the broker can’t be told', async () => {
    parts.broker.next('POST /session/refusal', 'lost');
    parts.window.launch = async (url) => redirectOf(url, { code: '', error: 'access_denied' });
    await expect(parts.signIn.run()).rejects.toMatchObject({ code: 'user_denied' });
  });
});

describe('a browser that keeps no cookies for the broker', () => {
  it('is told plainly, and nothing claims a session that is not there', async () => {
    parts.broker.next('GET /session', refusal('invalid_session', 401));
    const heard = parts.broadcasts.length;
    await expect(parts.signIn.run()).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringMatching(/^the browser keeps no cookies for latchkey.test \(request [0-9a-f]{32}\)$/),
    });
    expect(await parts.session.known()).toBeUndefined();
    expect(parts.broadcasts).toHaveLength(heard);
    expect(await parts.problem.get()).toMatchObject({ reason: 'cookies_blocked', host: 'latchkey.test' });
  });

  it.each<[string, Response | 'lost']>([
    ['a lost connection', 'lost'],
    ['trouble at the broker', refusal('temporarily_unavailable', 503)],
  ])('is not what %s means', async (_what, trouble) => {
    parts.broker.next('GET /session', trouble);
    await parts.signIn.run();
    expect(await parts.session.known()).toBeDefined();
  });
});
