import type { CDPSession, Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromeExtensionId, demoExtensionKey } from '../../demo/extension-key.ts';
import { startTestDemo, type TestDemo } from './kit/demo.ts';

/** A compromised renderer process can do everything that the content script in it can do. */
let test: TestDemo;
let page: Page;
let session: CDPSession;
let contextId: number;

beforeAll(async () => {
  test = await startTestDemo();
  await (await test.signIn()).close();
  page = await test.openTab(test.demo.origins.notes);
  session = await page.context().newCDPSession(page);
  const origin = `chrome-extension://${chromeExtensionId(demoExtensionKey)}`;
  const { promise, resolve } = Promise.withResolvers<number>();
  session.on('Runtime.executionContextCreated', ({ context }) => {
    if (context.origin === origin) resolve(context.id);
  });
  await session.send('Runtime.enable');
  contextId = await promise;
});
afterAll(() => test?.close());

/** Runs an expression as the content script, and returns the outcome. */
async function inContentScript(expression: string): Promise<string> {
  const wrapped = `Promise.resolve().then(() => ${expression}).then((value) => JSON.stringify(value) ?? 'done', String)`;
  const { result } = await session.send('Runtime.evaluate', { expression: wrapped, contextId, awaitPromise: true });
  return result.value;
}

it('is where the tests of this file think they are', async () => {
  expect(await inContentScript('[typeof chrome.runtime.connect, location.origin]')).toBe(
    JSON.stringify(['function', test.demo.origins.notes]),
  );
});

it.each(['local', 'sync', 'session'])('a content script reads and writes nothing in storage.%s', async (area) => {
  for (const call of ['get(null)', 'set({ broker: "https://evil.example" })', 'clear()'])
    expect(await inContentScript(`chrome.storage.${area}.${call}`)).toContain('Access to storage is not allowed');
});

it('a content script that speaks the language of the extension’s own pages is hung up on', async () => {
  const ended = inContentScript(`new Promise((resolve) => {
    const port = chrome.runtime.connect({ name: 'latchkey:ui' });
    port.onMessage.addListener(resolve);
    port.onDisconnect.addListener(() => resolve('hung up'));
    port.postMessage({ id: 1, m: 'state.get', p: {} });
  })`);
  expect(await ended).toBe('"hung up"');
});
