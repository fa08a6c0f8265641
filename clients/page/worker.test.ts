import { afterEach, expect, it, vi } from 'vitest';
import { ownOrigin } from './authorized-fetch.ts';
import { hello } from './hello.ts';
import { createConnection } from './latchkey.ts';
import { FakePage } from './testing/fake-bridge.ts';
import { connectPort } from './worker.ts';

const defaults = { resource: 'https://api.example.com', scopes: ['orders:read'] };
let page: FakePage;
afterEach(() => {
  page.close();
  vi.unstubAllGlobals();
});

/** A page and a worker's global scope. Here they share one realm. The end-to-end tests separate them. */
async function start() {
  let tokens = 0;
  page = new FakePage(() => {
    tokens += 1;
    return {
      r: { access_token: `t${tokens}`, token_type: 'Bearer', expires_in: 60, scope: 'orders:read', ...defaults },
    };
  });
  const { window } = page;
  vi.stubGlobal('addEventListener', () => undefined);
  vi.stubGlobal('location', { href: 'https://shop.example.com/worker.js' });
  const fetch = vi.fn(async (_input: RequestInfo | URL, _init?: RequestInit) => new Response('ok'));
  vi.stubGlobal('fetch', fetch);
  const open = () => hello(window);
  const lk = await createConnection({ window, open, target: ownOrigin })(defaults);
  return { lk, fetch };
}

it('a worker has the page’s API over a port of its own', async () => {
  const { lk, fetch } = await start();
  const worker = await connectPort(await lk.port(), defaults);
  expect((await worker.getToken()).token).toBe('t1');
  expect((await lk.getToken()).token).toBe('t2');
  await worker.fetch('https://api.example.com/v1/orders');
  expect(new Headers(fetch.mock.calls[0]?.[1]?.headers).get('authorization')).toBe('Bearer t1');
  expect(page.hellos).toHaveLength(2);
  const ids = page.requests.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

it('a worker hears of a new epoch itself', async () => {
  const { lk } = await start();
  const worker = await connectPort(await lk.port(), defaults);
  await worker.getToken();
  const heard = new Promise<void>((resolve) => worker.on('session', resolve));
  page.emit({ ev: 'session', epoch: 'next' });
  await heard;
  expect((await worker.getToken()).token).toBe('t2');
});

it('is told that its page is gone, and goes on with another port', async () => {
  const { lk } = await start();
  const worker = await connectPort(await lk.port(), defaults);
  await worker.getToken();
  page.ports.at(-1)?.close();
  await expect
    .poll(() => worker.getToken({ minTtl: 61 }).catch((error: unknown) => error))
    .toMatchObject({ code: 'expired' });
  await expect(worker.port()).rejects.toMatchObject({ code: 'expired' });
  const again = await connectPort(await lk.port(), defaults);
  expect((await again.getToken()).token).toBe('t2');
});

it('serves no service worker', async () => {
  const { lk } = await start();
  const port = await lk.port();
  vi.stubGlobal('registration', {});
  await expect(connectPort(port)).rejects.toMatchObject({ code: 'unsupported' });
});
