import type { AccessView, PageRequest } from '@latchkey/shared/page-protocol.ts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakePage } from './testing/fake-bridge.ts';

const orders = 'https://orders.test';
const invoices = 'urn:example:invoices';
const resources = [
  { resource: orders, scopes: ['orders:read'] },
  { resource: invoices, scopes: ['invoices:read', 'invoices:read'] },
];
const view = (resource: string, urls: string[]): AccessView => ({
  resource,
  name: 'API',
  scopes: [],
  granted: true,
  urls,
});
/** One audience behind two hosts and a development proxy, and another one in a folder of the first. */
const configured = [
  view(orders, ['https://api.test/', 'https://eu.api.test/orders', 'https://shop.example.com/api']),
  view(invoices, ['https://api.test/invoices', 'https://shop.example.com/api/invoices']),
  view('https://admin.test', ['https://api.test/admin']),
];

let page: FakePage;
let access: AccessView[];
let isSignedIn: boolean;
let type: 'Bearer' | 'DPoP';
const sent: [url: string, headers: Record<string, string>][] = [];

const answer = ({ m, p }: PageRequest) => {
  if (m === 'access.list' && isSignedIn) return { r: { access } };
  if (m === 'access.list') return { e: { code: 'not_signed_in', message: '', interaction: 'sign_in' } };
  const { resource, scopes, url, nonce, interactive } = p as Record<string, string> & { scopes: string[] };
  if (interactive === 'if_needed') isSignedIn = true;
  if (!isSignedIn) return { e: { code: 'not_signed_in', message: 'because', interaction: 'sign_in' } };
  if (access.every((one) => one.resource !== resource)) {
    return { e: { code: 'policy_denied', message: `not ${resource}` } };
  }
  const token = {
    access_token: `for ${resource}`,
    token_type: type,
    expires_in: 60,
    scope: scopes.join(' '),
    resource,
  };
  return { r: { ...token, ...(m === 'token.proof' ? { proof: `proof of ${url} ${nonce}` } : {}) } };
};

beforeEach(() => {
  vi.resetModules();
  page = new FakePage(answer);
  access = configured;
  isSignedIn = true;
  type = 'Bearer';
  sent.splice(0);
  vi.stubGlobal('window', page.window);
  vi.stubGlobal('location', page.location);
  vi.stubGlobal('fetch', async (input: RequestInfo | URL, init?: RequestInit) => {
    const url = input instanceof Request ? input.url : input.toString();
    sent.push([url, Object.fromEntries(new Headers(init?.headers))]);
    return new Response('ok');
  });
});
afterEach(() => {
  page.close();
  vi.unstubAllGlobals();
});

const start = async (named = resources) => {
  const { connect } = await import('./apis.ts');
  return connect({ resources: named });
};

describe('lk.fetch', () => {
  it.each([
    ['https://api.test/orders', orders],
    ['https://api.test/invoices', invoices],
    ['https://api.test/invoices/7?open#top', invoices],
    ['https://api.test/invoices-of-others', orders],
    ['https://eu.api.test/orders/7', orders],
    ['/api/orders', orders],
    ['/api/invoices/7', invoices],
  ])('sends to %s the token of %s', async (url, resource) => {
    const lk = await start();
    expect(await (await lk.fetch(url)).text()).toBe('ok');
    expect(sent).toEqual([[url, { authorization: `Bearer for ${resource}` }]]);
  });

  it.each([
    'https://eu.api.test/',
    'https://eu.api.test/orders-evil',
    'https://eu.api.test/orders/../admin',
    'https://eu.api.test/orders/..%2fadmin',
    'https://user@api.test/orders',
    'https://api.test.evil.test/orders',
    'http://api.test/orders',
    '/cart',
    '/apis',
  ])('sends nothing to %s, and asks for no token', async (url) => {
    const lk = await start();
    await expect(lk.fetch(url)).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining(`is under none of the urls of ${orders}, ${invoices}`),
    });
    expect(sent).toEqual([]);
    expect(page.methods()).toEqual(['access.list']);
  });

  it('does not let the page choose: what is another resource’s by the configuration gets no token', async () => {
    const lk = await start();
    await expect(lk.fetch('https://api.test/admin/people')).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(lk.fetch('https://evil.test/', { resource: orders } as RequestInit)).rejects.toMatchObject({
      code: 'invalid_request',
    });
    expect(sent).toEqual([]);
  });

  it('takes a Request, and is handed to libraries as it is', async () => {
    const { fetch } = await start();
    await fetch(new Request('https://api.test/invoices', { method: 'POST', body: '{}' }));
    expect(sent).toEqual([
      ['https://api.test/invoices', expect.objectContaining({ authorization: `Bearer for ${invoices}` })],
    ]);
  });

  it('names all resources to the extension, so that one window asks for all; repeated scopes count once', async () => {
    const lk = await start();
    await lk.fetch('https://api.test/', { interactive: 'if_needed' });
    await lk.fetch('https://api.test/invoices', { scopes: ['invoices:write'] });
    expect(page.requests.filter(({ m }) => m === 'token.get').map(({ p }) => p)).toMatchObject([
      {
        resource: orders,
        scopes: ['orders:read'],
        also: [{ resource: invoices, scopes: ['invoices:read'] }],
        interactive: 'if_needed',
      },
      { resource: invoices, scopes: ['invoices:write'], also: [{ resource: orders, scopes: ['orders:read'] }] },
    ]);
  });

  it('reads the URLs once, and again after a change', async () => {
    const lk = await start();
    await Promise.all([lk.fetch('https://api.test/'), lk.fetch('https://api.test/invoices')]);
    await lk.fetch('https://api.test/');
    expect(page.methods().filter((m) => m === 'access.list')).toHaveLength(1);
    const heard = new Promise<void>((resolve) => lk.on('access', resolve));
    page.emit({ ev: 'access', epoch: 'next' });
    await heard;
    access = [view(orders, ['https://moved.test/']), view(invoices, [])];
    await lk.fetch('https://moved.test/orders');
    await expect(lk.fetch('https://api.test/')).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('where nobody is signed in, asks as for a token, and goes on', async () => {
    isSignedIn = false;
    const lk = await start();
    await expect(lk.fetch('https://api.test/')).rejects.toMatchObject({ message: 'because', interaction: 'sign_in' });
    expect(sent).toEqual([]);
    await lk.fetch('https://api.test/invoices', { interactive: 'if_needed' });
    expect(sent).toEqual([['https://api.test/invoices', { authorization: `Bearer for ${invoices}` }]]);
  });

  it('refuses the whole where this site may not ask for one of the resources, and names that', async () => {
    const lk = await start([...resources, { resource: 'https://unknown.test', scopes: ['a'] }]);
    await expect(lk.fetch('https://api.test/')).rejects.toMatchObject({
      code: 'policy_denied',
      message: 'not https://unknown.test',
    });
    expect(sent).toEqual([]);
  });
});

it('says so where the extension is of an older version, which names no URLs', async () => {
  access = configured.map(({ urls: _, ...older }) => older as AccessView);
  const lk = await start();
  await expect(lk.fetch('https://api.test/')).rejects.toMatchObject({ code: 'unsupported' });
  expect(sent).toEqual([]);
});

describe('connect', () => {
  const named = (count: number) => Array.from({ length: count }, (_, n) => ({ resource: `r${n}`, scopes: ['a'] }));

  it.each([
    ['none', [], 'Name 1 to 8 resources.'],
    ['nine', named(9), 'Name 1 to 8 resources.'],
    ['one twice', [...named(2), ...named(1)], 'r0 is named twice. Name it once, with all its scopes.'],
  ])('refuses %s', async (_what, wrong, message) => {
    await expect(start(wrong)).rejects.toMatchObject({ code: 'invalid_request', message });
    expect(page.hellos).toEqual([]);
  });
});

describe('getToken', () => {
  it('gets the token of a named resource, with the scopes of connect', async () => {
    const lk = await start();
    expect(await lk.getToken({ resource: invoices })).toMatchObject({ resource: invoices, scopes: ['invoices:read'] });
    await expect(lk.getToken({ resource: 'https://admin.test' })).rejects.toMatchObject({ code: 'invalid_request' });
  });
});

describe('proof', () => {
  it('has a bound token and a proof for the URL, and sends nothing', async () => {
    type = 'DPoP';
    const lk = await start();
    expect(await lk.proof('put', 'https://api.test/invoices/7')).toEqual({
      headers: { authorization: `DPoP for ${invoices}`, dpop: 'proof of https://api.test/invoices/7 undefined' },
      token: `for ${invoices}`,
      proof: 'proof of https://api.test/invoices/7 undefined',
    });
    expect(page.requests.at(-1)).toMatchObject({ m: 'token.proof', p: { method: 'PUT', resource: invoices } });
    expect(sent).toEqual([]);
  });

  it('has the nonce that the API asked for, also in the next one', async () => {
    type = 'DPoP';
    const lk = await start();
    const url = 'https://api.test/orders';
    expect((await lk.proof('GET', url, { nonce: 'n1' })).proof).toBe(`proof of ${url} n1`);
    expect((await lk.proof('GET', url)).proof).toBe(`proof of ${url} n1`);
  });

  it('is for the https: URL of a WebSocket', async () => {
    type = 'DPoP';
    const lk = await start();
    expect((await lk.proof('GET', 'wss://api.test/live')).proof).toContain('https://api.test/live');
  });

  it('is only the token where that is not bound', async () => {
    const lk = await start();
    expect(await lk.proof('GET', '/api/orders')).toEqual({
      headers: { authorization: `Bearer for ${orders}` },
      token: `for ${orders}`,
    });
  });

  it.each(['https://evil.test/', 'wss://evil.test/', 'https://eu.api.test/orders-evil'])(
    'is not made for %s',
    async (url) => {
      type = 'DPoP';
      const lk = await start();
      await expect(lk.proof('GET', url)).rejects.toMatchObject({ code: 'invalid_request' });
      expect(page.methods()).toEqual(['access.list']);
    },
  );
});
