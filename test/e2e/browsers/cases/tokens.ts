import { expect, it } from 'vitest';
import type { Browser, Tab } from '../browser.ts';
import { ask, askInWorker, openProbe } from '../probe.ts';
import { answerTo, openTab, sees, signIn } from '../tab.ts';

/** Tokens expire and backgrounds are stopped, and the user doesn't notice. */
export function tokenCases(browser: () => Browser): void {
  const api = () => browser().demo.origins.api;
  const call = (token: string, path = '/orders', init: RequestInit = {}) =>
    fetch(`${api()}${path}`, { ...init, headers: { authorization: `Bearer ${token}` } });
  const tokenOf = async (tab: Tab): Promise<string> => {
    const { token } = await ask(tab, api(), ['orders:read']);
    if (token === undefined) throw new Error('the page has no token');
    return token;
  };
  let first: Tab;
  let second: Tab;

  it('an API refuses a token of which anything was changed, and what it was not granted for', async () => {
    await (await signIn(browser())).close();
    first = await openProbe(browser(), browser().demo.origins.notes);
    const token = await tokenOf(first);
    expect((await call(token)).status).toBe(200);
    const [header = '', payload = '', signature = ''] = token.split('.');
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    expect(claims).toMatchObject({
      aud: api(),
      azp: browser().demo.origins.notes,
      scope: 'orders:read',
      idp_sub: 'ada',
    });
    const forged = [
      `${header}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
      `${header}.${encode({ ...claims, scope: 'orders:read orders:write' })}.${signature}`,
      `${encode({ alg: 'none', typ: 'at+jwt' })}.${payload}.`,
      `${header}.${payload}`,
    ];
    for (const bad of forged) expect((await call(bad)).status).toBe(401);
    const more = await call(token, '/orders', { method: 'POST' });
    expect(more.status).toBe(403);
    expect(more.headers.get('www-authenticate')).toContain('insufficient_scope');
  });

  it('a token runs out: the next one comes without a window, after one rotation', async () => {
    const { idp } = browser().demo;
    const old = await tokenOf(first);
    second = await openProbe(browser(), browser().demo.origins.notes);
    await tokenOf(second);
    await expect.poll(async () => (await call(old)).status, { timeout: 60_000, interval: 500 }).toBe(401);
    expect(await (await call(old)).json()).toMatchObject({ error: 'invalid_token', reason: 'expired' });
    const { rotations, logins } = idp.counts;
    const tabs = (await browser().tabs()).length;
    const [a, b] = await Promise.all([tokenOf(first), tokenOf(second)]);
    for (const token of [a, b]) expect((await call(token)).status).toBe(200);
    expect(a).not.toBe(old);
    expect(await browser().tabs()).toHaveLength(tabs);
    expect(idp.counts).toMatchObject({ rotations: rotations + 1, reuses: 0, logins });
    for (const tab of [first, second]) await tab.close();
  });

  it.each(['Worker', 'SharedWorker'] as const)(
    'a %s of the page asks as the page, also after the background was stopped',
    async (kind) => {
      const page = await openProbe(browser(), browser().demo.origins.notes);
      const { token = '' } = await askInWorker(page, kind, api(), ['orders:read']);
      expect((await call(token)).status).toBe(200);
      const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
      expect(claims).toMatchObject({ azp: browser().demo.origins.notes, scope: 'orders:read' });
      // The worker can't get what its page can't get.
      expect(await askInWorker(page, kind, api(), ['orders:write'])).toEqual({ code: 'policy_denied' });
      await browser().stopBackground();
      expect(await askInWorker(page, kind, api(), ['orders:read'])).toHaveProperty('token');
      await page.close();
    },
  );

  it('the background is stopped: what comes next wakes it, still signed in', async () => {
    const site = await openTab(browser(), browser().demo.origins.notes);
    for (let round = 0; round < 3; round += 1) {
      await browser().stopBackground();
      expect(await answerTo(site, 'Load orders')).toBe(200);
    }
    await browser().stopBackground();
    const popup = await browser().openExtensionPage('ui/popup.html');
    await sees(popup, 'h1', 'Ada Lovelace');
    await popup.close();
    await site.close();
  });

  it('the background is stopped while a site waits for its token', async () => {
    const site = await openTab(browser(), browser().demo.origins.notes);
    await sees(site, '#expires', 'expired');
    const answered = answerTo(site, 'Load orders');
    await browser().stopBackground();
    expect(await answered).toBe(200);
    await site.close();
  });

  it('back from the back/forward cache, a page is served as before', async () => {
    const site = await openTab(browser(), browser().demo.origins.notes);
    expect(await answerTo(site, 'Load orders')).toBe(200);
    await site.goto(browser().demo.origins.idp);
    await site.back();
    await sees(site, 'button', 'Load orders');
    expect(await answerTo(site, 'Load orders')).toBe(200);
    await site.close();
  });

  it('50 tabs ask at once with an expired token: one refresh at the provider', async () => {
    const { idp, origins } = browser().demo;
    const tabs: Tab[] = [];
    for (let i = 0; i < 50; i += 1) tabs.push(await openProbe(browser(), origins.notes));
    const [one] = tabs;
    if (!one) throw new Error('no tab was opened');
    const old = await tokenOf(one);
    await expect.poll(async () => (await call(old)).status, { timeout: 60_000, interval: 500 }).toBe(401);
    const { rotations } = idp.counts;
    const tokens = await Promise.all(tabs.map(tokenOf));
    expect(idp.counts).toMatchObject({ rotations: rotations + 1, reuses: 0 });
    for (const token of new Set(tokens)) expect((await call(token)).status).toBe(200);
    await Promise.all(tabs.map((tab) => tab.close()));
  }, 180_000);
}
