import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hello, type PageWindow } from './hello.ts';
import { FakePage } from './testing/fake-bridge.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

describe('hello', () => {
  it('posts a nonce and a port to its own origin only', async () => {
    const page = new FakePage(() => undefined);
    const port = await hello(page.window);
    expect(page.hellos).toEqual([
      {
        data: { source: 'latchkey:hello', v: 1, nonce: expect.stringMatching(/^[\w-]{36}$/) },
        targetOrigin: 'https://shop.example.com',
      },
    ]);
    port.close();
  });

  it('asks a second time, with another nonce, after 500 ms', async () => {
    const page = new FakePage(() => undefined);
    page.deaf = 1;
    const found = hello(page.window);
    await vi.advanceTimersByTimeAsync(499);
    expect(page.hellos).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    const port = await found;
    const nonces = page.hellos.map(({ data }) => (data as { nonce: string }).nonce);
    expect(new Set(nonces).size).toBe(2);
    port.close();
  });

  it('gives up after two', async () => {
    const page = new FakePage(() => undefined);
    page.deaf = 2;
    const refused = expect(hello(page.window)).rejects.toMatchObject({ name: 'LatchkeyError', code: 'not_installed' });
    await vi.advanceTimersByTimeAsync(1_000);
    await refused;
    expect(page.hellos).toHaveLength(2);
  });

  it('does not take an answer with another nonce for its own', async () => {
    const page = new FakePage(() => undefined);
    page.postMessage = (_data, _origin, [port]) => port.postMessage({ ready: true, nonce: 'another', v: 1 });
    const refused = expect(hello(page.window)).rejects.toMatchObject({ code: 'not_installed' });
    await vi.advanceTimersByTimeAsync(1_000);
    await refused;
  });

  it.each([
    ['without a window', undefined],
    ['in a frame', { ...new FakePage(() => undefined), isSecureContext: true, top: {} } as unknown as PageWindow],
    ['on an insecure page', { isSecureContext: false } as PageWindow],
  ])('is unsupported %s', async (_, window) => {
    await expect(hello(window)).rejects.toMatchObject({ code: 'unsupported' });
  });

  it('waits until a prerendered page is shown', async () => {
    const page = new FakePage(() => undefined);
    page.document.prerendering = true;
    const found = hello(page.window);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(page.hellos).toHaveLength(0);
    page.document.prerendering = false;
    page.document.dispatchEvent(new Event('prerenderingchange'));
    (await found).close();
    expect(page.hellos).toHaveLength(1);
  });
});
