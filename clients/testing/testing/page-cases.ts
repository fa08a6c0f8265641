import { connect, LatchkeyError, whenInstalled } from '@latchkey/page';
import { pageErrorCodes } from '@latchkey/shared/errors.ts';
import { helloKind, hereKind } from '@latchkey/shared/page-names.ts';
import { afterEach, expect, it, vi } from 'vitest';
import { type FakeLatchkey, type FakeLatchkeyOptions, fakeLatchkey } from '../fake-latchkey.ts';

const api = 'https://api.example.com';
const scopes = ['orders:read'];
const offered = { [api]: ['orders:read', 'orders:write'] };
const ready: FakeLatchkeyOptions = { account: { sub: 'ada' }, granted: { [api]: scopes }, offered };
const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'no error',
    (error) => (error instanceof LatchkeyError ? error.code : error),
  );

/** The real page SDK with the stand-in, in whatever document the test file has. */
export function pageCases(): void {
  let latchkey: FakeLatchkey | undefined;
  const fake = (options?: FakeLatchkeyOptions): FakeLatchkey => {
    latchkey = fakeLatchkey({ offered, ...options });
    return latchkey;
  };
  afterEach(async () => {
    vi.useRealTimers();
    latchkey?.close();
    // Its goodbye is on the way.
    await new Promise((resolve) => setTimeout(resolve, 20));
  });

  it('is not installed, until it is', async () => {
    const { install } = fake({ installed: false });
    const arrived = whenInstalled();
    expect(await codeOf(connect())).toBe('not_installed');
    install();
    await arrived;
    (await connect()).close();
  });

  it('signs in, asks and answers as the person says', async () => {
    const { personSays, requests } = fake();
    const lk = await connect({ resource: api, scopes });
    expect(await lk.session()).toEqual({ signedIn: false });
    expect(await codeOf(lk.access())).toBe('not_signed_in');
    expect(await codeOf(lk.getToken())).toBe('not_signed_in');
    personSays('deny');
    expect(await codeOf(lk.signIn())).toBe('user_denied');
    personSays('allow');
    expect(await lk.signIn()).toEqual({ signedIn: true });
    const error = await lk.getToken().catch((error) => error);
    expect(error).toMatchObject({ code: 'access_not_granted', interaction: 'consent', delta: scopes });
    personSays('deny');
    expect(await codeOf(lk.getToken({ interactive: 'if_needed' }))).toBe('user_denied');
    personSays('allow');
    expect(await lk.getToken({ interactive: 'if_needed' })).toMatchObject({ type: 'Bearer', resource: api, scopes });
    expect(await lk.session()).toMatchObject({ signedIn: true, account: { name: 'Ada Lovelace' } });
    expect(await lk.access()).toEqual([
      { resource: api, name: api, scopes: ['orders:read'], granted: true, urls: [api] },
      { resource: api, name: api, scopes: ['orders:write'], granted: false, urls: [api] },
    ]);
    await lk.revoke(api);
    expect(await codeOf(lk.getToken())).toBe('access_not_granted');
    await lk.signOut();
    expect(await lk.session()).toEqual({ signedIn: false });
    expect(requests.map(({ m }) => m)).toContain('session.sign_out');
    lk.close();
  });

  it('tells the page what happens elsewhere, and no token outlives it', async () => {
    const { signIn, signOut, grant, revoke } = fake(ready);
    const lk = await connect({ resource: api, scopes });
    const events: string[] = [];
    lk.on('session', () => events.push('session'));
    lk.on('access', () => events.push('access'));
    const first = await lk.getToken();
    expect(await lk.getToken()).toEqual(first);
    signIn({ sub: 'grace' });
    await expect.poll(() => events).toEqual(['session']);
    expect((await lk.getToken()).token).toContain('grace');
    revoke(api);
    grant(api, scopes);
    await expect.poll(() => events).toEqual(['session', 'access', 'access']);
    signOut();
    await expect.poll(() => events.at(-1)).toBe('session');
    expect(await codeOf(lk.getToken())).toBe('not_signed_in');
    lk.close();
  });

  it.each(pageErrorCodes)('fails with %s on demand, until it recovers', async (code) => {
    const { fail, recover } = fake(ready);
    const lk = await connect({ resource: api, scopes });
    fail('token.get', code);
    expect(await codeOf(lk.getToken())).toBe(code);
    fail('token.get', { code, retry_after_ms: 5, interaction: 'step_up' });
    expect(await lk.getToken().catch((error) => error)).toMatchObject({ retryAfterMs: 5, interaction: 'step_up' });
    recover();
    expect(await codeOf(lk.getToken())).toBe('no error');
    lk.close();
  });

  it('lets fake timers decide when a token has expired', async () => {
    fake({ ...ready, lifetimeSeconds: 60 });
    const lk = await connect({ resource: api, scopes });
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
    const { token } = await lk.getToken();
    vi.setSystemTime(Date.now() + 50_000);
    expect((await lk.getToken()).token).toBe(token);
    vi.setSystemTime(Date.now() + 10_000);
    expect((await lk.getToken()).token).not.toBe(token);
    lk.close();
  });

  it('gives the window back', async () => {
    const { postMessage } = window;
    const secure = window.isSecureContext;
    fake().close();
    expect(window.postMessage).toBe(postMessage);
    expect(window.isSecureContext).toBe(secure);
  });

  it('takes back the MessageChannel that it supplied, and none that was there', async () => {
    const own = Object.getOwnPropertyDescriptor(globalThis, 'MessageChannel');
    fake().close();
    expect(Object.getOwnPropertyDescriptor(globalThis, 'MessageChannel')).toEqual(own);
    Reflect.deleteProperty(globalThis, 'MessageChannel');
    try {
      const { close } = fake(ready);
      (await connect({ resource: api, scopes })).close();
      close();
      expect('MessageChannel' in globalThis).toBe(false);
      const other = fake();
      const theirs = class {} as unknown as typeof MessageChannel;
      globalThis.MessageChannel = theirs;
      other.close();
      expect(globalThis.MessageChannel).toBe(theirs);
    } finally {
      if (own) Object.defineProperty(globalThis, 'MessageChannel', own);
    }
  });

  it('needs nothing from outside of itself, and knows the messages of the protocol', () => {
    const source = String(fakeLatchkey);
    for (const kind of [helloKind, hereKind]) expect(source).toContain(kind);
    const made = new Function('window', `return (${source})({ window })`)(window);
    made.close();
  });
}
