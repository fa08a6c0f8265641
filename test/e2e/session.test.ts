import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { beginSignIn } from '../../demo/play/person.ts';
import { pressForAnswer, showsSignedIn } from '../../demo/play/site-page.ts';
import { startTestDemo, type TestDemo } from './kit/demo.ts';
import { controlWorker } from './kit/worker.ts';

let test: TestDemo;
let popup: Page;
let first: Page;
let second: Page;

const api = () => test.demo.origins.api;
const asks = (path: string, token: string, init: RequestInit = {}) =>
  fetch(`${api()}${path}`, { ...init, headers: { authorization: `Bearer ${token}` } });

/** The token that a site sends when it loads its orders. */
async function tokenOf(page: Page): Promise<string> {
  const [request] = await Promise.all([
    page.waitForRequest((sent) => sent.url() === `${api()}/orders` && sent.method() === 'GET'),
    page.getByRole('button', { name: 'Load orders' }).click(),
  ]);
  return (request.headers().authorization ?? '').slice('Bearer '.length);
}

beforeAll(async () => {
  test = await startTestDemo();
});
afterAll(() => test?.close());

describe('signing in', () => {
  it('can be given up by closing the window, which the popup explains', async () => {
    popup = await test.openPopup();
    const window = await beginSignIn(test, popup);
    await window.close();
    await popup.getByRole('alert').waitFor();
    await popup.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    await popup.close();
  });

  it('happens once: a second tab of another site has its token without a window', async () => {
    popup = await test.signIn('ada');
    first = await test.openTab(test.demo.origins.notes);
    expect((await pressForAnswer(first, 'Load orders')).status).toBe(200);

    const { logins } = test.demo.idp.counts;
    const opened: string[] = [];
    test.context.on('page', (page) => opened.push(page.url()));
    second = await test.openTab(test.demo.origins.notes);
    expect((await pressForAnswer(second, 'Load orders')).status).toBe(200);
    expect(test.demo.idp.counts.logins).toBe(logins);
    expect(opened).toHaveLength(1);
  });
});

describe('a token', () => {
  it('is refused by the API when a character of it was changed', async () => {
    const token = await tokenOf(first);
    expect((await asks('/orders', token)).status).toBe(200);
    const [header = '', payload = '', signature = ''] = token.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const forged = [
      `${header}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
      `${header}.${encode({ ...claims, scope: 'orders:read orders:write' })}.${signature}`,
      `${encode({ alg: 'none', typ: 'at+jwt' })}.${payload}.`,
      `${header}.${payload}`,
    ];
    for (const bad of forged) {
      const answer = await asks('/orders', bad);
      expect(answer.status).toBe(401);
      expect(await answer.json()).toMatchObject({ error: 'invalid_token' });
    }
  });

  it('is refused for what it was not granted for', async () => {
    const answer = await asks('/orders', await tokenOf(first), { method: 'POST' });
    expect(answer.status).toBe(403);
    expect(answer.headers.get('www-authenticate')).toContain('insufficient_scope');
  });

  it('runs out: the API refuses it, and the page has a new one without a window, after one rotation', async () => {
    const old = await tokenOf(first);
    const { rotations, logins } = test.demo.idp.counts;
    await expect.poll(async () => (await asks('/orders', old)).status, { timeout: 25_000, interval: 1_000 }).toBe(401);
    expect(await (await asks('/orders', old)).json()).toMatchObject({ error: 'invalid_token', reason: 'expired' });

    const pages = test.context.pages().length;
    const [a, b] = await Promise.all([tokenOf(first), tokenOf(second)]);
    expect((await asks('/orders', a)).status).toBe(200);
    expect((await asks('/orders', b)).status).toBe(200);
    expect(a).not.toBe(old);
    expect(test.context.pages()).toHaveLength(pages);
    expect(test.demo.idp.counts).toMatchObject({ rotations: rotations + 1, reuses: 0, logins });
  });
});

describe("the extension's worker", () => {
  it('may be stopped at any moment: what comes next wakes it, still signed in', async () => {
    const worker = await controlWorker(popup);
    for (let round = 0; round < 3; round += 1) {
      await worker.stop();
      expect((await pressForAnswer(first, 'Load orders')).status).toBe(200);
    }
    await worker.stop();
    await popup.reload();
    await popup.getByRole('heading', { name: 'Ada Lovelace' }).waitFor();
  });

  it('may be stopped while a site waits for its token', async () => {
    const worker = await controlWorker(popup);
    await second.locator('#expires', { hasText: 'expired' }).waitFor();
    const answered = pressForAnswer(second, 'Load orders');
    await worker.stop();
    expect((await answered).status).toBe(200);
    expect(worker.status()).toBe('running');
  });
});

describe('signing out', () => {
  it('is seen in both tabs, ends the grant at the provider, and leaves no session', async () => {
    const { revocations } = test.demo.idp.counts;
    await popup.bringToFront();
    await popup.getByRole('button', { name: 'Sign out', exact: true }).click();
    await Promise.all([showsSignedIn(first, false), showsSignedIn(second, false)]);
    await expect.poll(() => test.demo.idp.counts.revocations).toBe(revocations + 1);
    expect(test.demo.idp.store.identifiers('RefreshToken')).toEqual([]);
    const cookies = await test.context.cookies(test.demo.origins.broker);
    expect(cookies.filter(({ name }) => name.startsWith('__Host-lk-'))).toEqual([]);
    expect(await popup.evaluate('chrome.storage.local.get(null)')).toEqual({});
  });

  it('can be done by a site, for all', async () => {
    await popup.close();
    popup = await test.signIn('grace');
    await Promise.all([showsSignedIn(first, true), showsSignedIn(second, true)]);
    await first.bringToFront();
    await first.getByRole('button', { name: 'Sign out' }).click();
    await showsSignedIn(second, false);
    await popup.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
  });
});
