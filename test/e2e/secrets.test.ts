import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerConsent, askedForConsent } from './kit/chromium/person.ts';
import { pressForAnswer } from './kit/chromium/site-page.ts';
import { startTestDemo, type TestDemo } from './kit/demo.ts';
import { heapOf } from './kit/heap.ts';

/**
 * Searches for the real values: the provider's refresh token, each of its predecessors, and the session cookie, whole
 * and in parts. Each search also looks for something that must be there, so a search that finds nothing can't pass.
 */
let test: TestDemo;
let popup: Page;
let shop: Page;
let notes: Page;
/** Everything that pages sent and received. */
const traffic: string[] = [];
let secrets: string[];

beforeAll(async () => {
  test = await startTestDemo();
  const refreshTokens = new Set<string>();
  const noteTokens = () => {
    for (const token of test.demo.idp.store.identifiers('RefreshToken')) refreshTokens.add(token);
  };

  popup = await test.signIn('ada');
  test.context.on('response', async (response) => {
    const request = response.request();
    // Skip the extension's worker, which is allowed to send the cookie to the broker.
    if (request.serviceWorker()) return;
    traffic.push(request.url(), JSON.stringify(await request.allHeaders()), request.postData() ?? '');
    traffic.push(JSON.stringify(await response.allHeaders()), await response.text().catch(() => ''));
  });
  noteTokens();
  [shop, notes] = [await test.openTab(test.demo.origins.shop), await test.openTab(test.demo.origins.notes)];
  await shop.bringToFront();
  await answerConsent(await askedForConsent(test, shop, 'Connect'), 'Allow');
  // Wait past an expiry, so that the search covers a rotated token and its successor.
  await shop.locator('#token', { hasText: 'Bearer' }).waitFor();
  await shop.locator('#expires', { hasText: 'expired' }).waitFor();
  for (const page of [shop, notes]) expect((await pressForAnswer(page, 'Load orders')).status).toBe(200);
  noteTokens();

  const cookies = await test.context.cookies(test.demo.origins.broker);
  const session = cookies.filter(({ name }) => name.startsWith('__Host-lk-')).map(({ value }) => value);
  expect(session).toHaveLength(1);
  expect(refreshTokens.size).toBeGreaterThanOrEqual(2);
  secrets = [...refreshTokens, ...session, ...session.flatMap((value) => value.split('.'))];
  for (const secret of secrets) expect(secret.length).toBeGreaterThanOrEqual(16);
});
afterAll(() => test?.close());

const found = (haystack: string): string[] => secrets.filter((secret) => haystack.includes(secret));

async function filesOf(folder: string): Promise<Map<string, string>> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  // latin1 preserves every byte, and secrets are ASCII, so the search also works in binary files.
  return new Map(await Promise.all(files.map(async (file) => [file, await readFile(file, 'latin1')] as const)));
}

describe('after a sign-in, neither the refresh token nor the session cookie is in', () => {
  it('the database, its journal, or the log', async () => {
    const files = await filesOf(test.demo.state.dir);
    const named = (end: string) => [...files.keys()].filter((file) => file.endsWith(end));
    expect(named('latchkey.db')).toHaveLength(1);
    expect(files.get(named('broker.log')[0] ?? '')).toContain('/session/token');
    expect([...files.values()].some((text) => text.includes('ada@example.com') || text.includes('sqlite'))).toBe(true);
    for (const [file, text] of files) expect([file, found(text)]).toEqual([file, []]);
  });

  it("the extension's own storage", async () => {
    for (const area of ['local', 'session', 'sync']) {
      const text = JSON.stringify(await popup.evaluate(`chrome.storage.${area}.get(null)`));
      expect([area, found(text)]).toEqual([area, []]);
    }
  });

  it('any page: memory, document, storage, cookies', async () => {
    for (const page of [shop, notes]) {
      const token = await currentToken(page);
      const heap = await heapOf(page);
      expect(heap).toContain(token);
      expect(found(heap)).toEqual([]);
      const rest = await page.evaluate(() =>
        JSON.stringify([
          document.documentElement.outerHTML,
          document.cookie,
          { ...localStorage },
          { ...sessionStorage },
        ]),
      );
      expect(rest).toContain('Ada Lovelace');
      expect(found(rest)).toEqual([]);
    }
  });

  it('anything that a page sent or was sent', () => {
    const text = traffic.join('\n');
    expect(text).toContain('Punched cards');
    expect(found(text)).toEqual([]);
  });
});

/** The page's current token, taken from its next request. */
async function currentToken(page: Page): Promise<string> {
  const [request] = await Promise.all([
    page.waitForRequest((sent) => sent.headers().authorization !== undefined),
    page.getByRole('button', { name: 'Load orders' }).click(),
  ]);
  return (request.headers().authorization ?? '').slice('Bearer '.length);
}
