import type { PageRequest, TokenView } from '@latchkey/shared/page-protocol.ts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ownOrigin } from './authorized-fetch.ts';
import { hello } from './hello.ts';
import { createConnection, type Latchkey } from './latchkey.ts';
import { FakePage } from './testing/fake-bridge.ts';
import type { TokenOptions } from './tokens.ts';

const resource = 'https://api.example.com';
const defaults: TokenOptions = { resource, scopes: ['orders:read'] };
const pages: FakePage[] = [];

async function start(answer: ConstructorParameters<typeof FakePage>[0], fetch?: typeof globalThis.fetch) {
  const page = new FakePage(answer);
  pages.push(page);
  const refuse = () => Promise.reject(new Error('no request was expected'));
  const { window } = page;
  const open = () => hello(window);
  const connection = createConnection({ window, open, target: ownOrigin });
  const connect = (options: TokenOptions) => connection({ ...options, fetch: fetch ?? refuse });
  return { page, connect, lk: await connect(defaults) };
}

/** Tokens `t1`, `t2`, … that are valid for a minute. */
function mint(lifetime = 60) {
  let count = 0;
  return (): { r: TokenView } => {
    count += 1;
    return {
      r: {
        access_token: `t${count}`,
        token_type: 'Bearer',
        expires_in: lifetime,
        scope: 'orders:read',
        resource,
      },
    };
  };
}

/** Lets messages pass through the real ports, which fake timers don't control. */
const settle = async () => {
  for (let i = 0; i < 8; i += 1) await new Promise((resolve) => setImmediate(resolve));
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  vi.stubGlobal('location', { href: 'https://shop.example.com/cart' });
});
afterEach(() => {
  vi.useRealTimers();
  for (const page of pages.splice(0)) page.close();
});

describe('getToken', () => {
  it('asks the extension once, whatever the order of the scopes', async () => {
    const { page, lk } = await start(mint());
    const both = await Promise.all([lk.getToken({ scopes: ['a', 'b'] }), lk.getToken({ scopes: ['b', 'a'] })]);
    expect(both.map(({ token }) => token)).toEqual(['t1', 't1']);
    expect((await lk.getToken({ scopes: ['b', 'a'] })).token).toBe('t1');
    expect(page.requests).toMatchObject([
      { v: 1, m: 'token.get', p: { resource, scopes: ['a', 'b'], min_ttl_s: 5, interactive: 'never' } },
    ]);
  });

  it('asks again for other scopes', async () => {
    const { lk } = await start(mint());
    await lk.getToken();
    expect((await lk.getToken({ scopes: ['orders:write'] })).token).toBe('t2');
  });

  it('asks for the token of one account where that is named, and for no other instead', async () => {
    const { page, lk } = await start(mint());
    await lk.getToken();
    expect((await lk.getToken({ profile: 'p1' })).token).toBe('t2');
    expect((await lk.getToken({ profile: 'p1' })).token).toBe('t2');
    expect(page.requests.map(({ p }) => (p as { profile?: string }).profile)).toEqual([undefined, 'p1']);
  });

  it('keeps a token until minTtl before it expires', async () => {
    const { lk } = await start(mint());
    expect((await lk.getToken({ minTtl: 20 })).expiresAt).toBe(Date.now() + 60_000);
    vi.setSystemTime(Date.now() + 39_999);
    expect((await lk.getToken({ minTtl: 20 })).token).toBe('t1');
    vi.setSystemTime(Date.now() + 1);
    expect((await lk.getToken({ minTtl: 20 })).token).toBe('t2');
  });

  it('forgets tokens on a new epoch, and tells listeners', async () => {
    const { page, lk } = await start(mint());
    const heard = vi.fn();
    const off = lk.on('session', heard);
    await lk.getToken();
    page.emit({ ev: 'session', epoch: 'e1' });
    await settle();
    expect(heard).toHaveBeenCalledTimes(1);
    expect((await lk.getToken()).token).toBe('t2');
    page.emit({ ev: 'session', epoch: 'e1' });
    await settle();
    expect((await lk.getToken()).token).toBe('t2');
    off();
    page.emit({ ev: 'session', epoch: 'e2' });
    await settle();
    expect(heard).toHaveBeenCalledTimes(2);
  });

  it('does not keep an answer that was asked for in an older epoch', async () => {
    const answers = mint();
    let release = (): void => undefined;
    const { page, lk } = await start(async ({ m }) => {
      if (m !== 'token.get') return undefined;
      const answer = answers();
      if (answer.r.access_token === 't1') {
        await new Promise<void>((resolve) => {
          release = resolve;
        });
      }
      return answer;
    });
    const old = lk.getToken();
    await settle();
    page.emit({ ev: 'access', epoch: 'e2' });
    await settle();
    release();
    expect((await old).token).toBe('t1');
    expect((await lk.getToken()).token).toBe('t2');
  });

  it('hands on the code, the interaction and the delta of a refusal', async () => {
    const e = { code: 'access_not_granted', message: 'Ask.', interaction: 'consent', delta: ['orders:read'] };
    const { lk } = await start(() => ({ e }));
    await expect(lk.getToken()).rejects.toMatchObject({
      name: 'LatchkeyError',
      code: 'access_not_granted',
      interaction: 'consent',
      delta: ['orders:read'],
    });
  });

  it('says what is missing where neither call nor connect named a resource', async () => {
    const { lk } = await start(mint());
    await expect(lk.getToken({ resource: undefined })).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('polls a pending request at the pace it was told', async () => {
    let polls = 0;
    const pending = { request_id: 'r1', poll_after_ms: 1_000 };
    const { page, lk } = await start(({ m }) => {
      if (m === 'request.poll') polls += 1;
      return polls < 2 ? { pending } : mint()();
    });
    const token = lk.getToken({ interactive: 'if_needed' });
    await settle();
    await vi.advanceTimersByTimeAsync(999);
    await settle();
    expect(page.methods()).toEqual(['token.get']);
    await vi.advanceTimersByTimeAsync(1);
    await settle();
    await vi.advanceTimersByTimeAsync(1_000);
    expect((await token).token).toBe('t1');
    expect(page.requests.slice(1)).toMatchObject([
      { m: 'request.poll', p: { request_id: 'r1' } },
      { m: 'request.poll', p: { request_id: 'r1' } },
    ]);
  });

  it('cancels when the last of those who wait has aborted, not before', async () => {
    const pending = { request_id: 'r1', poll_after_ms: 1_000 };
    const { page, lk } = await start(({ m }) => (m === 'token.get' ? { pending } : undefined));
    const [first, second] = [new AbortController(), new AbortController()];
    const one = expect(lk.getToken({ signal: first.signal })).rejects.toThrow('first');
    const two = expect(lk.getToken({ signal: second.signal })).rejects.toThrow('second');
    await settle();
    first.abort(new Error('first'));
    await one;
    await settle();
    expect(page.methods()).toEqual(['token.get']);
    second.abort(new Error('second'));
    await two;
    await settle();
    expect(page.requests.at(-1)).toMatchObject({ m: 'request.cancel', p: { request_id: 'r1' } });
  });

  it('asks nothing for a signal that is aborted already', async () => {
    const { page, lk } = await start(mint());
    await expect(lk.getToken({ signal: AbortSignal.abort(new Error('gone')) })).rejects.toThrow('gone');
    expect(page.requests).toEqual([]);
  });
});

describe('a port that has died', () => {
  it('is replaced when nothing has come for 22 s, and the question asked again', async () => {
    const answers = mint();
    let dead = true;
    const { page, lk } = await start(() => (dead ? undefined : answers()));
    const token = lk.getToken();
    await settle();
    dead = false;
    await vi.advanceTimersByTimeAsync(22_000);
    expect((await token).token).toBe('t1');
    expect(page.hellos).toHaveLength(2);
    expect(page.requests[0]).toEqual(page.requests[1]);
  });

  it('is not_installed when the bridge is gone', async () => {
    const { page, lk } = await start(() => undefined);
    page.deaf = 2;
    const refused = expect(lk.getToken()).rejects.toMatchObject({ code: 'not_installed' });
    await settle();
    await vi.advanceTimersByTimeAsync(23_000);
    await refused;
  });

  it('is expired when the bridge is there and the answer is not', async () => {
    const { page, lk } = await start(() => undefined);
    const refused = expect(lk.getToken()).rejects.toMatchObject({ code: 'expired' });
    await settle();
    await vi.advanceTimersByTimeAsync(30_000);
    await refused;
    expect(page.methods()).toEqual(['token.get', 'token.get']);
  });

  const comeBack = (page: FakePage, persisted: boolean) =>
    page.dispatchEvent(Object.assign(new Event('pageshow'), { persisted }));

  it('is replaced when the page came back from the back/forward cache; tokens are dropped, and listeners are told', async () => {
    const { page, lk } = await start(mint());
    const heard = vi.fn();
    lk.on('access', heard);
    await lk.getToken();
    comeBack(page, false);
    await settle();
    expect(page.hellos).toHaveLength(1);
    comeBack(page, true);
    expect(heard).toHaveBeenCalledTimes(1);
    await settle();
    expect(page.goodbyes).toBe(1);
    expect(page.hellos).toHaveLength(2);
    page.emit({ ev: 'access', epoch: 'e1' });
    await settle();
    expect(heard).toHaveBeenCalledTimes(2);
    expect((await lk.getToken()).token).toBe('t2');
    expect(page.ports).toHaveLength(2);
  });

  it('is replaced as soon as a new bridge says that it is here', async () => {
    const answers = mint();
    let dead = true;
    const { page, lk } = await start(() => (dead ? undefined : answers()));
    const token = lk.getToken();
    await settle();
    dead = false;
    page.announceBridge();
    expect((await token).token).toBe('t1');
    expect(page.hellos).toHaveLength(2);
  });

  it('stays when a frame or another window says that a bridge is here', async () => {
    const { page, lk } = await start(mint());
    await lk.getToken();
    page.announceBridge(null);
    page.announceBridge(new FakePage(() => undefined));
    await settle();
    expect((await lk.getToken()).token).toBe('t1');
    expect(page.goodbyes).toBe(0);
    expect(page.hellos).toHaveLength(1);
  });

  it('has said goodbye: no token of before is used, listeners are told, and the next call opens another', async () => {
    const { page, lk } = await start(mint());
    const heard = vi.fn();
    lk.on('session', heard);
    await lk.getToken();
    page.emit({ ev: 'bye' });
    await settle();
    expect(heard).toHaveBeenCalledTimes(1);
    expect((await lk.getToken()).token).toBe('t2');
    expect(page.ports).toHaveLength(2);
  });

  it('has said goodbye with a question open: it is asked again at once', async () => {
    const answers = mint();
    let dead = true;
    const { page, lk } = await start(() => (dead ? undefined : answers()));
    const token = lk.getToken();
    await settle();
    dead = false;
    page.emit({ ev: 'bye' });
    expect((await token).token).toBe('t1');
  });
});

describe('several connections of a document', () => {
  it('share one port and its tokens, each with its own defaults', async () => {
    const { page, connect } = await start(mint());
    const all = await Promise.all(Array.from({ length: 40 }, () => connect(defaults)));
    const other = await connect({ resource, scopes: ['orders:write'] });
    for (const lk of all) expect((await lk.getToken()).token).toBe('t1');
    expect((await other.getToken()).token).toBe('t2');
    expect(page.hellos).toHaveLength(1);
  });

  it('hear each event, until they are closed', async () => {
    const { page, lk, connect } = await start(mint());
    const second = await connect(defaults);
    const [first, other] = [vi.fn(), vi.fn()];
    lk.on('session', first);
    second.on('session', other);
    lk.close();
    page.emit({ ev: 'session', epoch: 'e1' });
    await settle();
    expect(first).not.toHaveBeenCalled();
    expect(other).toHaveBeenCalledTimes(1);
    expect(page.goodbyes).toBe(0);
  });

  it('say goodbye when the last one is closed, and drop the tokens', async () => {
    const { page, lk, connect } = await start(mint());
    await lk.getToken();
    const second = await connect(defaults);
    lk.close();
    lk.close();
    await settle();
    expect(page.goodbyes).toBe(0);
    second.close();
    await settle();
    expect(page.goodbyes).toBe(1);
    const again = await connect(defaults);
    expect((await again.getToken()).token).toBe('t2');
    expect(page.hellos).toHaveLength(2);
  });

  it('try again after one that found no extension', async () => {
    const page = new FakePage(mint());
    pages.push(page);
    page.deaf = 2;
    const connect = createConnection({ window: page.window, open: () => hello(page.window), target: ownOrigin });
    const refused = expect(connect(defaults)).rejects.toMatchObject({ code: 'not_installed' });
    await vi.advanceTimersByTimeAsync(1_000);
    await refused;
    expect((await (await connect(defaults)).getToken()).token).toBe('t1');
  });
});

describe('a background that was stopped', () => {
  it('is asked again for what it has forgotten', async () => {
    let stopped = false;
    const { page, lk } = await start(({ m }) => {
      if (m === 'request.poll') stopped = true;
      if (m === 'request.poll') return { e: { code: 'expired', message: 'nothing is pending' } };
      return stopped ? mint()() : { pending: { request_id: 'r1', poll_after_ms: 50 } };
    });
    const token = lk.getToken();
    await settle();
    await vi.advanceTimersByTimeAsync(50);
    expect((await token).token).toBe('t1');
    expect(page.methods()).toEqual(['token.get', 'request.poll', 'token.get']);
    expect(page.requests[2]?.id).not.toBe(page.requests[0]?.id);
  });
});

describe('session and access', () => {
  const answers: Record<string, unknown> = {
    'session.get': { signed_in: false },
    'session.sign_in': { signed_in: true, account: { sub: 'u1', name: 'Ada' } },
    'session.sign_out': {},
    'access.list': { access: [{ resource, name: 'Orders', scopes: ['orders:read'], granted: true }] },
    'access.revoke': {},
  };

  it('says on the wire what the protocol names', async () => {
    const { page, lk } = await start(({ m }) => ({ r: answers[m] }));
    const calls: [(lk: Latchkey) => Promise<unknown>, unknown][] = [
      [(lk) => lk.session(), { signedIn: false }],
      [(lk) => lk.signIn(), { signedIn: true, account: { sub: 'u1', name: 'Ada' } }],
      [(lk) => lk.signOut(), undefined],
      [(lk) => lk.access(), [{ resource, name: 'Orders', scopes: ['orders:read'], granted: true }]],
      [(lk) => lk.revoke(), undefined],
      [(lk) => lk.revoke(resource), undefined],
    ];
    for (const [call, result] of calls) expect(await call(lk)).toEqual(result);
    expect(page.requests.map(({ m, p }) => [m, p])).toEqual([
      ['session.get', {}],
      ['session.sign_in', {}],
      ['session.sign_out', {}],
      ['access.list', {}],
      ['access.revoke', {}],
      ['access.revoke', { resource }],
    ]);
  });
});

describe('fetch', () => {
  const refusal = () =>
    new Response('no', { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } });

  it('adds the token and keeps what the page gave', async () => {
    const fetch = vi.fn(async (_: RequestInfo | URL, _init?: RequestInit) => new Response('ok'));
    const { lk } = await start(mint(), fetch);
    await lk.fetch(`${resource}/v1/orders`, { method: 'POST', body: '{}', headers: { 'content-type': 'text/x' } });
    const [url, init] = fetch.mock.calls[0]!;
    expect(url).toBe(`${resource}/v1/orders`);
    expect(init).toMatchObject({ method: 'POST', body: '{}' });
    expect(Object.fromEntries(init?.headers as Headers)).toEqual({
      authorization: 'Bearer t1',
      'content-type': 'text/x',
    });
  });

  it.each([
    'https://evil.example.com/',
    'https://api.example.com.evil.test/',
    'https://api.example.com:8443/',
    'http://api.example.com/',
    'https://api.example.com@evil.test/',
    '//evil.test/v1',
    '/cart',
  ])('sends no token to %s', async (url) => {
    const { page, lk } = await start(mint());
    await expect(lk.fetch(url)).rejects.toMatchObject({ code: 'invalid_request' });
    expect(page.requests).toEqual([]);
  });

  it('sends no token for a Request to another origin', async () => {
    const { lk } = await start(mint());
    await expect(lk.fetch(new Request('https://evil.example.com/'))).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('answers a step-up challenge with a token of the sign-in that it asks for', async () => {
    const challenge =
      'Bearer realm="x", error="insufficient_user_authentication", acr_values="mfa phr", max_age="3600"';
    const seen: (string | null)[] = [];
    const { page, lk } = await start(mint(), async (_, init) => {
      seen.push(new Headers(init?.headers).get('authorization'));
      const headers = { 'www-authenticate': challenge };
      return seen.length === 1 ? new Response('no', { status: 401, headers }) : new Response('ok');
    });
    const init = { method: 'DELETE', interactive: 'if_needed' } as const;
    expect((await lk.fetch(`${resource}/a`, init)).status).toBe(200);
    expect(seen).toEqual(['Bearer t1', 'Bearer t2']);
    expect(page.requests[1]?.p).toMatchObject({ acr_values: 'mfa phr', max_age: 3_600, interactive: 'if_needed' });
  });

  it('gives a step-up challenge back where the body can’t be sent again', async () => {
    const headers = { 'www-authenticate': 'Bearer error="insufficient_user_authentication", acr_values="mfa"' };
    const { lk } = await start(mint(), async () => new Response('no', { status: 401, headers }));
    const init = { method: 'POST', body: new ReadableStream(), duplex: 'half' } as RequestInit;
    expect((await lk.fetch(`${resource}/a`, init)).status).toBe(401);
  });

  it('tries once more with a fresh token after invalid_token', async () => {
    const seen: (string | null)[] = [];
    const { page, lk } = await start(mint(), async (_, init) => {
      seen.push(new Headers(init?.headers).get('authorization'));
      return seen.length < 3 ? refusal() : new Response('ok');
    });
    expect((await lk.fetch(`${resource}/a`, { method: 'POST', body: 'x' })).status).toBe(401);
    expect(seen).toEqual(['Bearer t1', 'Bearer t2']);
    expect(page.requests[1]).toMatchObject({ p: { min_ttl_s: 61 } });
    expect((await lk.fetch(`${resource}/a`)).status).toBe(200);
  });

  it('sends the body of a Request again', async () => {
    const bodies: string[] = [];
    const { lk } = await start(mint(), async (input) => {
      bodies.push(await (input as Request).text());
      return bodies.length < 2 ? refusal() : new Response('ok');
    });
    const request = new Request(`${resource}/a`, { method: 'PUT', body: 'again' });
    expect((await lk.fetch(request)).status).toBe(200);
    expect(bodies).toEqual(['again', 'again']);
  });

  it('hands back the refusal where the body was a stream, or there is no younger token', async () => {
    const fetch = vi.fn(async (_: RequestInfo | URL, _init?: RequestInit) => refusal());
    const same = mint()();
    const { lk } = await start(() => same, fetch);
    const body = new Blob(['once']).stream();
    const init = { method: 'POST', body, duplex: 'half' } as RequestInit;
    expect((await lk.fetch(`${resource}/a`, init)).status).toBe(401);
    expect(fetch).toHaveBeenCalledTimes(1);
    const response = await lk.fetch(`${resource}/a`);
    expect(await response.text()).toBe('no');
    expect(fetch).toHaveBeenCalledTimes(2);
  });

  it('does not try again after insufficient_scope', async () => {
    const headers = { 'www-authenticate': 'Bearer error="insufficient_scope", scope="orders:write"' };
    const fetch = vi.fn(
      async (_: RequestInfo | URL, _init?: RequestInit) => new Response(null, { status: 401, headers }),
    );
    const { lk } = await start(mint(), fetch);
    await lk.fetch(`${resource}/a`);
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  it('sends by the fetch that a call names, with the token', async () => {
    const { lk } = await start(mint());
    const own = vi.fn(async (_: RequestInfo | URL, _init?: RequestInit) => new Response('own'));
    expect(await (await lk.fetch(`${resource}/a`, { fetch: own })).text()).toBe('own');
    expect(new Headers(own.mock.calls[0]?.[1]?.headers).get('authorization')).toBe('Bearer t1');
    await expect(lk.fetch(`${resource}/a`)).rejects.toThrow('no request was expected');
  });

  describe('with a bound token', () => {
    const answer = ({ m, p }: PageRequest) => {
      const view = mint()().r;
      const proof = m === 'token.proof' ? { proof: `proof of ${p.method} ${p.url} ${p.nonce ?? 'no nonce'}` } : {};
      return { r: { ...view, token_type: 'DPoP', ...proof } };
    };
    const sent = (fetch: ReturnType<typeof vi.fn>, call: number) => new Headers(fetch.mock.calls[call]?.[1]?.headers);

    it('sends token and proof, one message a request', async () => {
      const fetch = vi.fn(async (_: RequestInfo | URL, _init?: RequestInit) => new Response('ok'));
      const { lk, page } = await start(answer, fetch);
      await lk.fetch(`${resource}/a?b=c`, { method: 'post' });
      await lk.fetch(`${resource}/a`);
      expect(page.methods()).toEqual(['token.get', 'token.proof', 'token.proof']);
      expect(sent(fetch, 0).get('authorization')).toMatch(/^DPoP \S+$/);
      expect(sent(fetch, 0).get('dpop')).toBe(`proof of POST ${resource}/a?b=c no nonce`);
    });

    it('answers a challenge for a nonce, once, and remembers it', async () => {
      const headers = { 'www-authenticate': 'DPoP error="use_dpop_nonce"', 'dpop-nonce': 'n1' };
      const fetch = vi.fn(
        async (_: RequestInfo | URL, _init?: RequestInit) => new Response(null, { status: 401, headers }),
      );
      const { lk } = await start(answer, fetch);
      expect((await lk.fetch(`${resource}/a`)).status).toBe(401);
      expect(fetch).toHaveBeenCalledTimes(2);
      expect(sent(fetch, 1).get('dpop')).toContain(' n1');
    });

    it('gives the challenge back where the body can’t be sent again', async () => {
      const headers = { 'www-authenticate': 'DPoP error="use_dpop_nonce"', 'dpop-nonce': 'n1' };
      const fetch = vi.fn(
        async (_: RequestInfo | URL, _init?: RequestInit) => new Response(null, { status: 401, headers }),
      );
      const { lk } = await start(answer, fetch);
      const body = new ReadableStream();
      expect((await lk.fetch(`${resource}/a`, { method: 'POST', body, duplex: 'half' } as RequestInit)).status).toBe(
        401,
      );
      expect(fetch).toHaveBeenCalledTimes(1);
    });
  });

  describe('after the site got another account', () => {
    const of = (sub: string) => `h.${btoa(JSON.stringify({ sub, name: '?~?~' })).replaceAll('/', '_')}.s`;
    const sent = vi.fn(async (_: RequestInfo | URL, _init?: RequestInit) => new Response());
    beforeEach(() => void sent.mockReset());
    /** As the extension says it to a page that names another account. */
    const refused = {
      e: { code: 'not_signed_in', message: 'this site has a different account; get the session again' },
    };
    const challenges = {
      invalid_token: 'Bearer error="invalid_token"',
      'a stronger sign-in': 'Bearer error="insufficient_user_authentication", acr_values="mfa"',
      'a nonce': 'DPoP error="use_dpop_nonce"',
    };

    it.each(Object.entries(challenges))('answers no challenge for %s with its token', async (_, challenge) => {
      let sub = 'ada';
      const type = challenge.startsWith('DPoP') ? 'DPoP' : 'Bearer';
      const { lk } = await start(({ m, p }) => {
        if ('profile' in p && p.profile !== undefined && p.profile !== sub) return refused;
        const view = { ...mint()().r, access_token: of(sub), token_type: type };
        return { r: m === 'token.proof' ? { ...view, proof: 'p' } : view };
      }, sent);
      sent.mockImplementation(async () => {
        sub = 'grace';
        return new Response('no', { status: 401, headers: { 'www-authenticate': challenge, 'dpop-nonce': 'n' } });
      });
      const answer = lk.fetch(`${resource}/a`, { method: 'POST', interactive: 'if_needed' });
      await expect(answer).rejects.toMatchObject({ code: 'not_signed_in', interaction: undefined });
      expect(sent).toHaveBeenCalledTimes(1);
    });

    it('sends no proof of the other account', async () => {
      const { lk } = await start(({ m, p }) => {
        if (m === 'token.proof') return p.profile === 'ada' ? refused : { r: { ...mint()().r, proof: 'p' } };
        return { r: { ...mint()().r, access_token: of('ada'), token_type: 'DPoP' } };
      }, sent);
      await expect(lk.fetch(`${resource}/a`)).rejects.toMatchObject({ code: 'not_signed_in' });
      expect(sent).not.toHaveBeenCalled();
    });

    it('answers a challenge for the same account', async () => {
      let count = 0;
      const { lk } = await start(() => {
        count += 1;
        return { r: { ...mint()().r, access_token: `${of('ada')}${count}` } };
      }, sent);
      sent.mockImplementationOnce(async () => refusal());
      sent.mockImplementation(async () => new Response('ok'));
      expect((await lk.fetch(`${resource}/a`)).status).toBe(200);
      expect(sent).toHaveBeenCalledTimes(2);
    });
  });
});
