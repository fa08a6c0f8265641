import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { createBackground, redirectOf } from '../../../test/extension/background.ts';
import { refusal } from '../../../test/extension/fake-broker.ts';

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
    expect(await parts.attempt.get()).toBeUndefined();
  });

  it('has written state and verifier down before the window opens', async () => {
    const bodies: Record<string, string>[] = [];
    const { fetch } = parts.broker;
    parts.broker.fetch = async (input, init) => {
      if (typeof init?.body === 'string') bodies.push(JSON.parse(init.body));
      return fetch(input, init);
    };
    let stored: Awaited<ReturnType<typeof parts.attempt.get>>;
    parts.window.launch = async (url) => {
      stored = await parts.attempt.get();
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
    expect(await parts.attempt.get()).toBeUndefined();
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
    expect(await parts.attempt.get()).toBeUndefined();
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
    expect(String(error)).not.toMatch(/leak|<|1/);
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

  it('begins again after a worker that was stopped with the window open', async () => {
    parts.window.launch = () => new Promise(() => undefined);
    void parts.signIn.run();
    await expect.poll(() => parts.attempt.get()).toBeDefined();
    const woken = createBackground(parts);
    await woken.signIn.run();
    expect(await woken.session.current()).toBeDefined();
    expect(await woken.attempt.get()).toBeUndefined();
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
