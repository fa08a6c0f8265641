// @vitest-environment happy-dom
import '@angular/compiler';
import {
  HttpBackend,
  HttpClient,
  HttpErrorResponse,
  type HttpEvent,
  HttpEventType,
  HttpHeaders,
  type HttpRequest,
  HttpResponse,
  provideHttpClient,
  withInterceptors,
} from '@angular/common/http';
import { createEnvironmentInjector, EnvironmentInjector, inject } from '@angular/core';
import type { PageRequest } from '@latchkey/shared/page-protocol.ts';
import { defer, EMPTY, firstValueFrom, lastValueFrom, type Observable, of, throwError, toArray } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { api, cleanups, endEachTest, everything, fake, read } from '../frameworks/testing/stand.ts';
import { FakePage } from '../page/testing/fake-bridge.ts';
import { latchkeyInterceptor, withLatchkey } from './http.ts';
import { injectLatchkey, LatchkeyError, provideLatchkey } from './index.ts';
import { component, show } from './testing/apps.ts';

endEachTest();

type Answer = { status?: number; headers?: Record<string, string>; body?: unknown };

/** An app whose API gives these answers in order, then 200. */
const calling = (answers: readonly Answer[] = [], resource = api) => {
  const next = [...answers];
  return sendingBy(({ url }) => {
    const { status = 200, headers = {}, body = 'orders' } = next.shift() ?? {};
    const init = { status, headers: new HttpHeaders(headers), url };
    return status === 200
      ? of<HttpEvent<unknown>[]>({ type: HttpEventType.Sent }, new HttpResponse({ ...init, body }))
      : throwError(() => new HttpErrorResponse({ ...init, statusText: 'refused', error: body }));
  }, resource);
};

/** An app whose requests are sent by this. */
async function sendingBy(how: (request: HttpRequest<unknown>) => Observable<HttpEvent<unknown>>, resource = api) {
  const sent: HttpRequest<unknown>[] = [];
  const handle = (request: HttpRequest<unknown>) => {
    sent.push(request);
    return how(request);
  };
  const { within } = await show(component(''), { resource }, [
    provideHttpClient(withInterceptors([latchkeyInterceptor])),
    { provide: HttpBackend, useValue: { handle } },
  ]);
  return {
    within,
    http: within(() => inject(HttpClient)),
    sent,
    tokens: () => sent.map(({ headers }) => headers.get('authorization')),
  };
}

describe('a request to the API', () => {
  it.each([api, `${api}/`, `${api}/orders`, `${api}/orders?open=1`])('%s has the token', async (url) => {
    fake(everything);
    const { http, tokens } = await calling();
    expect(await firstValueFrom(http.get(url))).toBe('orders');
    expect(tokens()).toEqual([expect.stringMatching(/^Bearer token-\d+-of-ada$/)]);
  });

  it('stays what it is in all else, and tells its progress', async () => {
    fake(everything);
    const { http, sent } = await calling();
    const order = { item: 'Gear' };
    const options = { headers: { 'X-Kind': 'own' }, params: { dry: 'yes' }, observe: 'events' } as const;
    const events = await lastValueFrom(http.post(`${api}/orders`, order, options).pipe(toArray()));
    expect(events.map(({ type }) => type)).toEqual([HttpEventType.Sent, HttpEventType.Response]);
    expect(sent[0]).toMatchObject({ method: 'POST', body: order, urlWithParams: `${api}/orders?dry=yes` });
    expect(sent[0]?.headers.get('x-kind')).toBe('own');
  });

  it('can name other scopes, or want no token', async () => {
    const stand = fake(everything);
    const { http, tokens } = await calling();
    const more = withLatchkey({ scopes: ['orders:write'], interactive: 'if_needed' });
    await firstValueFrom(http.get(`${api}/orders`, { context: more }));
    expect(stand.requests.findLast(({ m }) => m === 'token.get')?.p).toMatchObject({
      scopes: ['orders:write'],
      interactive: 'if_needed',
    });
    await firstValueFrom(http.get(`${api}/public`, { context: withLatchkey(false) }));
    expect(tokens()).toEqual([expect.stringMatching(/^Bearer /), null]);
  });

  it('fails with the error of the extension, and is not sent', async () => {
    fake({ ...everything, granted: {} });
    const { http, sent } = await calling();
    await expect(firstValueFrom(http.get(`${api}/orders`))).rejects.toMatchObject({ code: 'access_not_granted' });
    expect(sent).toEqual([]);
  });

  it('is given up with its subscription', async () => {
    fake(everything);
    const { http, sent } = await calling([{ status: 503, headers: { 'Retry-After': '5' } }]);
    const outcomes: unknown[] = [];
    const subscription = http.get(`${api}/orders`).subscribe({
      next: (value) => outcomes.push(value),
      error: (error) => outcomes.push(error),
    });
    await expect.poll(() => sent.length).toBe(1);
    subscription.unsubscribe();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(outcomes).toEqual([]);
    expect(sent).toHaveLength(1);
  });
});

it.each([
  'https://api.example.com.evil.test/orders',
  'https://user@api.example.com/orders',
  'http://api.example.com/orders',
  'https://cdn.example.com/orders',
  '/assets/en.json',
  'assets/en.json',
  'data:text/plain,orders',
])('a request to %s stays as it is, also without an extension', async (url) => {
  fake({ installed: false });
  const { http, tokens } = await calling();
  expect(await firstValueFrom(http.get(url))).toBe('orders');
  expect(tokens()).toEqual([null]);
});

it('a request to what only lies at the same origin as an API in a folder stays as it is', async () => {
  const at = 'https://shop.example.com';
  fake({ ...everything, granted: { [`${at}/api`]: read } });
  const { http, tokens } = await calling([], `${at}/api`);
  for (const path of ['/assets/en.json', '/apis', '/api/../assets', '/api/..%2fassets', '/api/orders']) {
    expect(await firstValueFrom(http.get(`${at}${path}`))).toBe('orders');
  }
  expect(tokens()).toEqual([null, null, null, null, expect.stringMatching(/^Bearer /)]);
});

it('a request with an Authorization of its own keeps that', async () => {
  fake(everything);
  const { http, tokens } = await calling();
  await firstValueFrom(http.get(`${api}/orders`, { headers: { Authorization: 'Basic eDp5' } }));
  expect(tokens()).toEqual(['Basic eDp5']);
});

describe('an answer', () => {
  const soon = { 'Retry-After': '0' };

  it.each([
    ['503', [{ status: 503, headers: soon }], 'GET'],
    [
      'two of 502 and 504',
      [
        { status: 502, headers: soon },
        { status: 504, headers: soon },
      ],
      'PUT',
    ],
    ['a network failure', [{ status: 0 }], 'GET'],
    ['429, whatever the method', [{ status: 429, headers: soon }], 'POST'],
  ])('of %s is repeated', async (_, answers, method) => {
    fake(everything);
    const { http, sent } = await calling(answers);
    expect(await firstValueFrom(http.request(method, `${api}/orders`))).toBe('orders');
    expect(sent).toHaveLength(answers.length + 1);
  });

  it.each([
    ['403', { status: 403, body: 'why' }, 'GET'],
    ['503 to a POST', { status: 503, headers: soon }, 'POST'],
    ['a network failure of a POST', { status: 0 }, 'POST'],
    ['503 with a long wait', { status: 503, headers: { 'Retry-After': '60' } }, 'GET'],
  ])('of %s is the caller’s, as HttpClient has it', async (_, answer, method) => {
    fake(everything);
    const { http, sent } = await calling([answer]);
    const error = await firstValueFrom(http.request(method, `${api}/orders`)).catch((reason) => reason);
    expect(error).toBeInstanceOf(HttpErrorResponse);
    expect(error).toMatchObject({ status: answer.status, error: 'body' in answer ? 'why' : 'orders' });
    expect(sent).toHaveLength(1);
  });

  it('of 401 gets a newer token once', async () => {
    const stand = fake({ ...everything, lifetimeSeconds: 300 });
    const refused = { status: 401, headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' } };
    const { http, tokens } = await calling([refused, refused]);
    const error = await firstValueFrom(http.get(`${api}/orders`)).catch((reason) => reason);
    expect(error).toMatchObject({ status: 401 });
    const [first, second] = tokens();
    expect(tokens()).toHaveLength(2);
    expect(second).not.toBe(first);
    expect(stand.requests.filter(({ m }) => m === 'token.get')).toHaveLength(2);
  });
});

describe('what comes after the interceptor', () => {
  const fails = (error: unknown) => () => throwError(() => error);
  const timedOut = { status: 0, error: new DOMException('Request timed out', 'TimeoutError') };

  it.each([
    ['whose code is one of Latchkey’s', fails({ code: 'expired' }), 'GET'],
    ['whose code is one of Latchkey’s, of a POST', fails(Object.assign(new Error(), { code: 'offline' })), 'POST'],
    ['that is a Latchkey error of another call', fails(new LatchkeyError({ code: 'busy', message: 'other' })), 'GET'],
    ['that is a fault in it', fails(new TypeError('x is not a function')), 'GET'],
    [
      'that it throws at once',
      () => {
        throw new TypeError('x is not a function');
      },
      'GET',
    ],
    ['that is a timeout of the app', fails(new HttpErrorResponse(timedOut)), 'GET'],
    ['that is nothing', fails(undefined), 'GET'],
  ])('fails with an error %s: the request is sent once, and the error is the caller’s', async (_, how, method) => {
    fake(everything);
    const { http, sent } = await sendingBy(how);
    const wanted = await firstValueFrom(defer(how)).catch((error) => error);
    const error = await firstValueFrom(http.request(method, `${api}/orders`)).catch((reason) => reason);
    expect(sent).toHaveLength(1);
    expect(error).toStrictEqual(wanted);
    expect(error?.constructor).toBe(wanted?.constructor);
  });

  it('completes without a response: so does the request', async () => {
    fake(everything);
    const { http, sent } = await sendingBy(() => EMPTY);
    expect(await lastValueFrom(http.get(`${api}/orders`).pipe(toArray()))).toEqual([]);
    expect(sent).toHaveLength(1);
  });

  /** As browsers have it. The one of happy-dom takes any status, and any header. */
  class StrictResponse extends Response {
    constructor(body?: BodyInit | null, { status = 200, headers = {} }: ResponseInit = {}) {
      if (status < 200 || status > 599) throw new RangeError('status');
      if ([...Object.values(headers).join('')].some((character) => character > 'ÿ')) throw new TypeError('header');
      super(body, { status, headers });
    }
  }
  beforeEach(() => void vi.stubGlobal('Response', StrictResponse));
  afterEach(() => void vi.unstubAllGlobals());

  it.each([101, 600, 999])('makes up a response of status %i: it is the caller’s', async (status) => {
    fake(everything);
    const { http } = await sendingBy(() => of(new HttpResponse({ status, body: 'made up' })));
    expect(await firstValueFrom(http.get(`${api}/orders`))).toBe('made up');
  });

  it.each([101, 600, 999])('makes up an error of status %i: it is the caller’s', async (status) => {
    fake(everything);
    const { http, sent } = await sendingBy(fails(new HttpErrorResponse({ status })));
    await expect(firstValueFrom(http.get(`${api}/orders`))).rejects.toMatchObject({ status });
    expect(sent).toHaveLength(1);
  });

  it('makes up a header that no response has: the response is the caller’s', async () => {
    fake(everything);
    const headers = new HttpHeaders({ 'Retry-After': 'soon\u2026' });
    const { http } = await sendingBy(fails(new HttpErrorResponse({ status: 503, headers })));
    await expect(firstValueFrom(http.get(`${api}/orders`))).rejects.toMatchObject({ status: 503 });
  });
});

it('a path of the page is resolved once, when it is asked for', async () => {
  const origin = 'https://shop.example.com';
  const base = document.head.appendChild(document.createElement('base'));
  cleanups.push(() => base.remove());
  base.href = `${origin}/api/`;
  fake({ ...everything, granted: { [`${origin}/api`]: read } });
  const { http, sent } = await calling([], `${origin}/api`);
  const request = firstValueFrom(http.get('orders', { params: { open: 'yes' } }));
  // The page goes elsewhere while the request waits for its token.
  base.href = `${origin}/elsewhere/`;
  await request;
  expect(sent.map(({ urlWithParams }) => urlWithParams)).toEqual([`${origin}/api/orders?open=yes`]);
  expect(sent[0]?.headers.get('authorization')).toMatch(/^Bearer /);
});

it('a request of a part of the app has the token of the part’s provider, if that has a client of its own', async () => {
  const other = 'https://invoices.example.com';
  fake({ ...everything, granted: { [api]: read, [other]: ['invoices:read'] } });
  const { http, sent, tokens, within } = await calling();
  const providers = [
    provideLatchkey({ resource: other, scopes: ['invoices:read'] }),
    provideHttpClient(withInterceptors([latchkeyInterceptor])),
    { provide: HttpBackend, useValue: within(() => inject(HttpBackend)) },
  ];
  const part = within(() => createEnvironmentInjector(providers, inject(EnvironmentInjector)));
  cleanups.push(() => part.destroy());
  await firstValueFrom(http.get(other));
  await firstValueFrom(part.get(HttpClient).get(other));
  expect(sent).toHaveLength(2);
  expect(tokens()).toEqual([null, expect.stringMatching(/^Bearer /)]);
});

it('a repeat fails after the account was changed, and is not sent for the other account', async () => {
  const stand = fake(everything);
  const { http, sent, within } = await sendingBy(() => {
    stand.signIn({ sub: 'grace', name: 'Grace Hopper' });
    return throwError(() => new HttpErrorResponse({ status: 429, headers: new HttpHeaders({ 'Retry-After': '0' }) }));
  });
  const { account } = within(injectLatchkey);
  await expect.poll(() => account()?.sub).toBe('ada');
  await expect(firstValueFrom(http.post(`${api}/orders`, {}))).rejects.toMatchObject({ code: 'not_signed_in' });
  expect(sent).toHaveLength(1);
});

it('a bound token has a proof for the URL and method, with the nonce that the API asks for', async () => {
  const stand = new FakePage(({ m, p }: PageRequest) => {
    if (m === 'session.get') return { r: { signed_in: true } };
    if (m === 'access.list') return { r: { access: [] } };
    const token = { access_token: 't', token_type: 'DPoP', expires_in: 60, scope: 'orders:read', resource: api };
    const { method, url, nonce } = p as Record<string, string>;
    return { r: { ...token, ...(m === 'token.proof' && { proof: `${method} ${url} ${nonce}` }) } };
  });
  const { postMessage } = window;
  window.postMessage = ((data: { nonce: string }, origin: string, ports: [MessagePort]) =>
    stand.postMessage(data, origin, ports)) as typeof window.postMessage;
  Object.defineProperty(window, 'isSecureContext', { value: true, configurable: true });
  cleanups.push(() => {
    stand.close();
    window.postMessage = postMessage;
    Reflect.deleteProperty(window, 'isSecureContext');
  });
  const nonce = { 'WWW-Authenticate': 'DPoP error="use_dpop_nonce"', 'DPoP-Nonce': 'n1' };
  const { http, sent, tokens } = await calling([{ status: 401, headers: nonce }]);
  expect(await firstValueFrom(http.put(`${api}/orders/7`, {}, { params: { dry: 'yes' } }))).toBe('orders');
  expect(tokens()).toEqual(['DPoP t', 'DPoP t']);
  const url = `${api}/orders/7?dry=yes`;
  expect(sent.map(({ headers }) => headers.get('dpop'))).toEqual([`PUT ${url} undefined`, `PUT ${url} n1`]);
});
