import { beforeEach, describe, expect, it } from 'vitest';
import { createBackground, redirectOf } from '../../../test/extension/background.ts';
import { api, grace, refusal, shop } from '../../../test/extension/fake-broker.ts';

type Parts = ReturnType<typeof createBackground>;

let parts: Parts;
let silent: string[];
let windows: number;
/** The provider still has the user's session. */
const alive = async (url: string) => redirectOf(url);

beforeEach(async () => {
  parts = createBackground();
  parts.broker.consents = [{ origin: shop, resource: api, scope: 'orders:read', granted_at: 1 }];
  await parts.signIn.run();
  silent = [];
  windows = 0;
  answerSilence(alive);
  parts.window.launch = async (url) => {
    windows += 1;
    return redirectOf(url);
  };
});

function answerSilence(launch: (url: string) => Promise<string>): void {
  parts.window.launchSilently = async (url) => {
    silent.push(url);
    return launch(url);
  };
}

/** The provider has ended the grant. The broker reports it with the next token request. */
async function endGrant(): Promise<void> {
  parts.broker.next('POST /session/token', refusal('login_required', 401));
  await parts.tokens.get({ origin: shop, resource: api, scopes: [] }, 0).catch(() => undefined);
  expect((await parts.session.current())?.session.state).toBe('reauth_required');
}

/** The session itself has ended, but the user didn't sign out here. */
async function endSession(): Promise<void> {
  parts.broker.signedIn = false;
  await parts.session.refreshed(0);
  expect(await parts.session.current()).toBeUndefined();
}

const call = (activated: boolean) => ({
  sender: { origin: shop, tabId: 7, document: 'd' },
  activated,
  trace: 'a-trace',
  takeClick: () => true,
  alive: () => true,
  profile: () => parts.profiles.at(shop),
});
const ask = (activated = false, interactive: 'never' | 'if_needed' = 'never') =>
  parts.handlers['token.get']({ resource: api, scopes: ['orders:read'], interactive }, call(activated));
const authorized = () => parts.broker.bodies.filter((body) => 'code_challenge' in body);
const minutes = (count: number) => {
  parts.clock.ms += count * 60_000;
};

describe('a grant that is gone', () => {
  it('is had anew without a window, for the page that asks', async () => {
    await endGrant();
    expect(await ask()).toMatchObject({ scope: 'orders:read' });
    expect(silent).toHaveLength(1);
    expect(windows).toBe(0);
    expect(authorized().at(-1)).toMatchObject({
      prompt: 'none',
      sub: 'p1',
      login_hint: 'ada@corp.test',
      upstream: 'corp',
    });
    expect(parts.broadcasts.at(-1)?.ev).toBe('session');
    expect(await parts.signIns.get()).toBeUndefined();
  });

  it('names the account as its provider does', async () => {
    parts.broker.account = { ...parts.broker.account, login_hint: 'ada@upn.corp.test' };
    await parts.signIn.run();
    await endGrant();
    await ask();
    expect(authorized().at(-1)).toMatchObject({ prompt: 'none', login_hint: 'ada@upn.corp.test' });
  });

  it('is had anew once for all who ask', async () => {
    await endGrant();
    await Promise.all([ask(), ask(), parts.handlers['session.get']({}, call(false))]);
    expect(silent).toHaveLength(1);
  });

  it('is had anew after a page asked who is signed in, which need not wait for it', async () => {
    await endGrant();
    let answer = (_url: string): void => undefined;
    answerSilence((url) => new Promise((resolve) => (answer = () => resolve(redirectOf(url)))));
    expect(await parts.handlers['session.get']({}, call(false))).toEqual({ signed_in: false });
    await expect.poll(() => silent).toHaveLength(1);
    answer('');
    await expect.poll(async () => (await parts.session.current())?.session.state).toBe('active');
    // Pages hear of it a moment later.
    await expect.poll(() => parts.broadcasts.at(-1)?.ev).toBe('session');
  });

  it.each(['login_required', 'interaction_required', 'consent_required', 'account_selection_required'])(
    'stays gone where the provider says %s: nothing changes, and it is not asked again for five minutes',
    async (error) => {
      await endGrant();
      const before = await parts.session.known();
      const { broadcasts } = parts;
      const heard = broadcasts.length;
      answerSilence(async (url) => redirectOf(url, { code: '', error }));
      for (let times = 0; times < 3; times += 1) await expect(ask()).rejects.toMatchObject({ code: 'not_signed_in' });
      expect(silent).toHaveLength(1);
      minutes(4.9);
      await expect(ask()).rejects.toMatchObject({ code: 'not_signed_in', interaction: 'sign_in' });
      expect(silent).toHaveLength(1);
      minutes(0.2);
      await expect(ask()).rejects.toMatchObject({ code: 'not_signed_in' });
      expect(silent).toHaveLength(2);
      expect(await parts.session.known()).toEqual(before);
      expect(broadcasts).toHaveLength(heard);
      expect(windows).toBe(0);
      // It was to be expected, and the provider may still answer.
      expect(parts.broker.calls).not.toContain('POST /session/refusal');
      expect((await parts.signIns.get())?.map(({ silentFor }) => silentFor)).toEqual(['p1', 'p1']);
    },
  );

  it('stays gone where the way ends at a page, the time is over, or the broker refuses', async () => {
    await endGrant();
    answerSilence(() => Promise.reject(new Error('Requires user interaction')));
    await expect(ask()).rejects.toMatchObject({ code: 'not_signed_in' });
    minutes(6);
    answerSilence(alive);
    parts.broker.next('POST /session', refusal('account_selection_required', 403));
    await expect(ask()).rejects.toMatchObject({ code: 'not_signed_in' });
    minutes(6);
    parts.broker.next('POST /session/authorize', refusal('interaction_required', 403));
    await expect(ask()).rejects.toMatchObject({ code: 'not_signed_in' });
    expect(silent).toHaveLength(2);
    expect((await parts.session.known())?.account.sub).toBe('p1');
  });

  it.each([
    ['the broker can’t be reached', 'POST /session/authorize', 'lost'],
    ['the broker has trouble', 'POST /session/authorize', refusal('temporarily_unavailable', 503)],
  ] as const)('is tried again soon where %s', async (_what, path, trouble) => {
    await endGrant();
    parts.broker.next(path, trouble);
    await expect(ask()).rejects.toMatchObject({ code: 'not_signed_in' });
    parts.clock.ms += 14_000;
    await expect(ask()).rejects.toMatchObject({ code: 'not_signed_in' });
    expect(silent).toHaveLength(0);
    parts.clock.ms += 2_000;
    expect(await ask()).toMatchObject({ scope: 'orders:read' });
    expect(windows).toBe(0);
  });

  it('is not tried again so soon where the provider has trouble with the code', async () => {
    await endGrant();
    parts.broker.next('POST /session', refusal('upstream_error', 502));
    parts.broker.next('POST /session', refusal('upstream_error', 502));
    parts.broker.next('POST /session', refusal('upstream_error', 502));
    await expect(ask()).rejects.toMatchObject({ code: 'not_signed_in' });
    minutes(4);
    await expect(ask()).rejects.toMatchObject({ code: 'not_signed_in' });
    expect(silent).toHaveLength(1);
  });

  it('is had with the code that came, where the connection was lost under its exchange', async () => {
    await endGrant();
    for (let times = 0; times < 3; times += 1) parts.broker.next('POST /session', 'lost');
    await expect(ask()).rejects.toMatchObject({ code: 'not_signed_in' });
    parts.clock.ms += 16_000;
    expect(await ask()).toMatchObject({ scope: 'orders:read' });
    expect(silent).toHaveLength(1);
  });

  it('is not had anew for another account, whatever the broker answers', async () => {
    await endGrant();
    parts.broker.account = grace;
    expect(await parts.signIn.renew()).toBe(false);
    expect(silent).toHaveLength(1);
    expect((await parts.session.known())?.account.sub).toBe('p1');
    expect((await parts.profiles.entries()).map(({ account }) => account?.sub)).toEqual(['p1']);
  });

  it('is not had anew by the doing of a site without access', async () => {
    parts.broker.consents.splice(0);
    await parts.session.check(false);
    await endGrant();
    await expect(ask()).rejects.toMatchObject({ code: 'not_signed_in' });
    expect(await parts.handlers['session.get']({}, call(false))).toEqual({ signed_in: false });
    await new Promise((resolve) => setImmediate(resolve));
    expect(silent).toEqual([]);
  });

  it('is not had anew again and again where it does not last', async () => {
    await endGrant();
    await ask();
    await endGrant();
    parts.clock.ms += 1_000;
    await parts.cache.clear();
    await expect(ask()).rejects.toMatchObject({ code: 'not_signed_in' });
    expect(silent).toHaveLength(1);
  });

  it('is remembered to have been tried by a background that was stopped', async () => {
    await endGrant();
    answerSilence(async (url) => redirectOf(url, { code: '', error: 'login_required' }));
    await expect(ask()).rejects.toMatchObject({ code: 'not_signed_in' });
    const woken = createBackground(parts);
    woken.window.launchSilently = parts.window.launchSilently;
    expect(await woken.signIn.renew()).toBe(false);
    expect(silent).toHaveLength(1);
  });

  it('is asked for in a window after a click, where silence did not help; the window counts as a new start', async () => {
    await endGrant();
    answerSilence(async (url) => redirectOf(url, { code: '', error: 'login_required' }));
    expect(await ask(true, 'if_needed')).toMatchObject({ scope: 'orders:read' });
    expect([silent.length, windows]).toEqual([1, 1]);
    await endGrant();
    await parts.cache.clear();
    answerSilence(alive);
    await ask();
    expect([silent.length, windows]).toEqual([2, 1]);
  });

  it('with a demand for a stronger sign-in goes to the window at once', async () => {
    await endGrant();
    await parts.handlers['token.get'](
      { resource: api, scopes: ['orders:read'], interactive: 'if_needed', acr_values: 'phr' },
      call(true),
    );
    expect([silent.length, windows]).toEqual([0, 1]);
    expect(authorized().at(-1)).not.toHaveProperty('prompt');
  });

  it('is not had in silence beside a sign-in under way', async () => {
    await endGrant();
    answerSilence(async (url) => redirectOf(url, { code: '', error: 'login_required' }));
    let close = (): void => undefined;
    parts.window.launch = (url) => new Promise((resolve) => (close = () => resolve(redirectOf(url))));
    const running = parts.signIn.run();
    await expect.poll(() => silent).toHaveLength(1);
    await expect.poll(async () => (await parts.signIns.get())?.at(-1)).not.toHaveProperty('silentFor', 'p1');
    minutes(6);
    expect(await parts.signIn.renew()).toBe(false);
    close();
    await running;
    expect(silent).toHaveLength(1);
  });

  it('whoever clicks meanwhile waits for the silence under way, and has no window where it helps', async () => {
    await endGrant();
    let answer = (): void => undefined;
    answerSilence((url) => new Promise((resolve) => (answer = () => resolve(redirectOf(url)))));
    const renewing = parts.signIn.renew();
    await expect.poll(() => silent).toHaveLength(1);
    const running = parts.signIn.run();
    answer();
    expect(await renewing).toBe(true);
    await running;
    expect([silent.length, windows]).toEqual([1, 0]);
  });
});

describe('a session that has run out', () => {
  it('is not begun anew unless somebody asks for it: then without a window', async () => {
    await endSession();
    await expect(ask()).rejects.toMatchObject({ code: 'not_signed_in' });
    expect(silent).toHaveLength(0);
    expect(await ask(true, 'if_needed')).toMatchObject({ scope: 'orders:read' });
    expect([silent.length, windows]).toEqual([1, 0]);
  });

  it.each([
    [
      'at the broker, by anybody',
      async () => {
        parts.broker.next('GET /session', refusal('invalid_session', 401, { ended: true }));
        await parts.session.refreshed(0);
      },
    ],
    [
      'while its events are heard',
      async () => parts.session.over((await parts.session.current())?.session.created_at ?? 0),
    ],
  ])('or was ended %s, comes back in a window only', async (_where, end) => {
    await end();
    expect(await parts.session.current()).toBeUndefined();
    expect(await ask(true, 'if_needed')).toMatchObject({ scope: 'orders:read' });
    expect([silent.length, windows]).toEqual([0, 1]);
  });

  it('by the person’s own sign-out never comes back in silence', async () => {
    await parts.session.signOut();
    await parts.signIn.run();
    expect([silent.length, windows]).toEqual([0, 1]);
    expect(authorized().at(-1)).not.toHaveProperty('prompt');
  });

  it('is not signed out of, so that it could not go on, by a site without access', async () => {
    parts.broker.consents.splice(0);
    await parts.session.check(false);
    await endSession();
    await expect(parts.handlers['session.sign_out']({}, call(true))).rejects.toMatchObject({
      code: 'access_not_granted',
    });
    await parts.signIn.run();
    expect([silent.length, windows]).toEqual([1, 0]);
  });

  it('and then signed out of by the person is over for good', async () => {
    await endSession();
    await parts.handlers['session.sign_out']({}, call(true));
    await parts.signIn.run();
    expect([silent.length, windows]).toEqual([0, 1]);
  });

  it('stays over where the person signs out while silence is under way', async () => {
    await endGrant();
    answerSilence(async (url) => {
      await parts.session.signOut();
      return redirectOf(url);
    });
    expect(await parts.signIn.renew()).toBe(false);
    expect(await parts.session.current()).toBeUndefined();
  });

  it('stays over where the person signs out at the moment when the new session is taken over', async () => {
    await endGrant();
    answerSilence(alive);
    const { get } = parts.area;
    let signedOut: Promise<void> | undefined;
    parts.area.get = async (key) => {
      const value = await get(key);
      if (key === 'session session' && parts.broker.calls.filter((made) => made === 'POST /session').length === 2) {
        signedOut ??= parts.session.signOut();
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return value;
    };
    await parts.signIn.renew();
    await signedOut;
    expect(await parts.session.current()).toBeUndefined();
    expect(await parts.keys.load()).toBeUndefined();
  });
});
