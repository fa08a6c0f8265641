import { decodeJwt } from 'jose';
import { expect, it } from 'vitest';
import { verifier } from '#clients/api';
import type { Browser, Tab } from '../browser.ts';
import type { LegacyStage } from '../legacy-stage.ts';
import { choose, completeSignIn, opened, openTab, press, sees, signIn, signOut, until } from '../tab.ts';

/** Pages that can't be changed: the extension adds the token to their requests, and to no others. */
/** @param knowsPorts whether the browser lets an extension have access to one port of a host only */
export function attachedCases(browser: () => Browser, stage: () => LegacyStage, knowsPorts: boolean): void {
  const neighbors = () => (knowsPorts ? Object.values(stage().neighbors) : [stage().neighbors.subdomain]);
  let site: Tab;
  /** Sends a request from a page. @returns what the API got, by its own words */
  const send = (tab: Tab, url: string): Promise<string> =>
    tab.evaluate(`fetch(${JSON.stringify(url)}).then((answer) => answer.text(), String)`);
  const first = () => `${stage().api}/v1/first`;
  const lastTo = (url: string) => stage().requests.findLast((request) => request.url === url);

  /** Opens the page in a new tab. Programs that look into a page count as a person who uses it, so nothing looks until it stays. */
  const openServed = async (): Promise<Tab> => {
    const before = stage().requests.length;
    const tab = await openTab(browser(), stage().site);
    await expect.poll(() => stage().requests.slice(before).at(-1)?.authorization).toMatch(/^Bearer /);
    await sees(tab, '#said', 'Bearer');
    return tab;
  };

  it('nobody is signed in: the page works as before, without a token', async () => {
    site = await openTab(browser(), stage().site);
    await sees(site, '#said', 'nothing');
    expect(await send(site, first())).toBe('nothing');
  });

  it('somebody signs in: the open page’s next request has a token, which the page never sees', async () => {
    await (await signIn(browser())).close();
    await expect.poll(() => send(site, first())).toBe('Bearer');
    const { authorization = '' } = lastTo(first()) ?? {};
    const verify = verifier({ issuer: browser().demo.origins.broker, audience: stage().api });
    const claims = await verify(new Request(first(), { headers: { authorization } }), { scopes: ['reports:read'] });
    expect(claims).toMatchObject({ azp: stage().site, scope: 'reports:read', idp_sub: 'ada' });
    const popup = await browser().openExtensionPage('ui/popup.html');
    await sees(popup, 'body', 'The extension adds your access to this site’s requests.');
    await popup.close();
  });

  it('a new tab: the page that stays has a token from its first request on', async () => {
    const fresh = await openServed();
    const before = stage().requests.length;
    await fresh.reload();
    await sees(fresh, '#said', 'Bearer');
    expect(stage().requests).toHaveLength(before + 1);
    await fresh.close();
  });

  it('the background was stopped: the requests keep their token', async () => {
    await browser().stopBackground();
    expect(await send(site, first())).toBe('Bearer');
  });

  it('XMLHttpRequest, EventSource and a worker of the page have it', async () => {
    const { api } = stage();
    const url = JSON.stringify(`${api}/v1/worker`);
    const inWorker = `new Promise((resolve) => {
      const worker = new Worker('/worker.js');
      worker.onmessage = ({ data }) => resolve(data);
      worker.postMessage(${url});
    })`;
    expect(await site.evaluate(inWorker)).toBe('Bearer');
    const byRequest = `new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.onloadend = () => resolve(request.responseText);
      request.open('PUT', ${url.replace('worker', 'xhr')});
      request.send('x');
    })`;
    expect(await site.evaluate(byRequest)).toBe('Bearer');
    await site.evaluate(`void new EventSource(${url.replace('worker', 'events')})`);
    await expect.poll(() => lastTo(`${api}/v1/events`)?.authorization).toMatch(/^Bearer /);
  });

  it('what no tab can be told of, or every page may open, does not have it', async () => {
    const { api } = stage();
    const url = JSON.stringify(`${api}/v1/apart`);
    const inShared = `new Promise((resolve) => {
      const { port } = new SharedWorker('/shared.js');
      port.onmessage = ({ data }) => resolve(data);
      port.postMessage(${url});
    })`;
    expect(await site.evaluate(inShared)).toBe('nothing');
    const inService = `navigator.serviceWorker.register('/service.js').then(() => navigator.serviceWorker.ready).then(
      ({ active }) => new Promise((resolve) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }) => resolve(data);
        active.postMessage(${url}, [port2]);
      }))`;
    expect(await site.evaluate(inService)).toBe('nothing');
    await site.evaluate(`void new WebSocket(${url.replace('http', 'ws').replace('apart', 'socket')})`);
    await site.evaluate(`void Object.assign(new Image(), { src: ${url.replace('apart', 'image')} })`);
    for (const path of ['socket', 'image']) {
      await expect.poll(() => lastTo(`${api}/v1/${path}`)).toMatchObject({ authorization: undefined });
    }
  });

  it('no other URL gets it, not even by a redirect', async () => {
    const { api, elsewhere } = stage();
    const others = ['/', '/v1-old', '/v2/first', '/v1/..%2fadmin', '/v1/%2e%2e/admin', '/V1/first'];
    for (const url of others.map((path) => `${api}${path}`))
      expect([url, await send(site, url)]).toEqual([url, 'nothing']);
    expect(await send(site, `${elsewhere}/v1/first`)).toBe('nothing');
    expect(await send(site, `${api}/v1/redirect`)).toBe('nothing');
    expect(lastTo(`${api}/v1/redirect`)?.authorization).toMatch(/^Bearer /);
    expect(lastTo(`${elsewhere}/v1/target`)).toMatchObject({ authorization: undefined });
  });

  it('neighbors get nothing, in tabs of their own', async () => {
    for (const neighbor of neighbors()) {
      const tab = await openTab(browser(), neighbor);
      await sees(tab, '#said', 'nothing');
      expect(await send(tab, first())).toBe('nothing');
      // The tab of the site itself, now with another page in it.
      await tab.goto(stage().site);
      await expect.poll(() => send(tab, first())).toBe('Bearer');
      await tab.goto(neighbor);
      await sees(tab, '#said', 'nothing');
      expect(await send(tab, first())).toBe('nothing');
      await tab.close();
    }
  });

  it.each([
    ['a request', 'fetch(url)'],
    ['a worker', 'new Worker("/worker.js").postMessage(url)'],
    [
      'a document without an address',
      'location = URL.createObjectURL(new Blob([`<script>fetch("${url}")</script>`], { type: "text/html" }))',
    ],
    [
      'a blank frame',
      'document.body.append(Object.assign(document.createElement("iframe"), { id: "blank" })); frames[0].eval(`fetch("${url}")`)',
    ],
  ])('neighbors get nothing in a frame of the page: %s', async (what, code) => {
    for (const [index, neighbor] of neighbors().entries()) {
      const url = `${stage().api}/v1/${encodeURIComponent(what)}-${index}`;
      await site.evaluate(`new Promise((resolve) => {
        const frame = Object.assign(document.createElement('iframe'), { src: ${JSON.stringify(neighbor)}, onload: resolve });
        document.body.append(frame);
      })`);
      await site.evaluate(
        `frames[frames.length - 1].postMessage(${JSON.stringify(`{ const url = ${JSON.stringify(url)}; ${code} }`)}, '*')`,
      );
      await expect.poll(() => lastTo(url)).toMatchObject({ from: neighbor, authorization: undefined });
    }
    expect(await send(site, first())).toBe('Bearer');
  });

  it('the page gets nothing in a frame of another page, also in a tab that showed it before', async () => {
    const tab = await openServed();
    const url = `${stage().api}/v1/framed`;
    await tab.goto(stage().neighbors.subdomain);
    await tab.evaluate(`new Promise((resolve) => {
      document.body.append(Object.assign(document.createElement('iframe'), { src: ${JSON.stringify(stage().site)}, onload: resolve }));
    })`);
    await expect
      .poll(async () => {
        await tab.evaluate(`frames[0].postMessage(${JSON.stringify(`fetch(${JSON.stringify(url)})`)}, '*')`);
        return lastTo(url);
      })
      .toMatchObject({ from: stage().site, authorization: undefined });
    await tab.close();
  });

  it('a form that was sent is not sent again, and its answer stays', async () => {
    const { site: origin, pages } = stage();
    const tab = await openTab(browser(), stage().neighbors.subdomain);
    await tab.evaluate(
      `document.body.innerHTML = '<form method="post" action="${origin}/order"><button>Send</button></form>'`,
    );
    await tab.click('button');
    await expect.poll(() => pages).toContain('POST /order');
    await expect.poll(() => tab.url()).toBe(`${origin}/order`);
    // Nothing looks into it meanwhile. A page that a GET has opened is loaded again.
    await (await openServed()).close();
    expect(pages.filter((page) => page.endsWith('/order'))).toEqual(['POST /order']);
    // The extension was too late for its own request, but serves it.
    await sees(tab, '#said', 'nothing');
    await expect.poll(() => send(tab, first())).toBe('Bearer');
    await tab.close();
  });

  it('the longest URL of an API has a token, and takes it from no other one', async () => {
    expect(await send(site, `${stage().long}/x`)).toBe('Bearer');
    expect(await send(site, `${stage().long}-old`)).toBe('nothing');
    expect(await send(site, first())).toBe('Bearer');
  });

  it('the site gets another account: an open page has no token until it is loaded again', async () => {
    const popup = await browser().openExtensionPage('ui/popup.html');
    const { idp } = browser().demo.origins;
    await browser().clearCookies(new URL(idp).hostname);
    await completeSignIn(await opened(browser(), idp, () => press(popup, 'Add another account')), 'grace');
    await sees(popup, '.others h3', 'Grace Hopper');
    const give = async (account: string): Promise<void> => {
      await choose(popup, 'Account for Legacy reports', account);
      await until(popup, `document.querySelector('select').ariaDisabled !== 'true'`);
    };
    /** Whose token the page's next request has. */
    const whose = async (): Promise<unknown> => {
      await send(site, first());
      const [, token] = lastTo(first())?.authorization?.split(' ') ?? [];
      return token && decodeJwt(token).idp_sub;
    };
    expect(await whose()).toBe('ada');
    for (const [account, name] of [
      ['grace@example.com', 'grace'],
      ['ada@example.com', 'ada'],
    ] as const) {
      await give(account);
      await expect.poll(whose).toBeUndefined();
      await browser().stopBackground();
      expect(await whose()).toBeUndefined();
      await site.reload();
      await expect.poll(whose).toBe(name);
    }
    await press(popup, 'Sign out of Grace Hopper');
    await popup.close();
  });

  it('the extension is updated: the page keeps its token', async () => {
    await browser().updateExtension();
    await expect.poll(() => send(site, first())).toBe('Bearer');
    await site.close();
    site = await openServed();
  });

  it('a private window or container gets nothing', async () => {
    const apart = await browser().newTabApart();
    await apart.goto(stage().site);
    await sees(apart, '#said', 'nothing');
    expect(await send(apart, first())).toBe('nothing');
    await apart.close();
  });

  // Chromium lets no program take a host back that the manifest names.
  it.skipIf(knowsPorts)('the browser takes back the access to the API: popup and diagnostics say so', async () => {
    const popup = await browser().openExtensionPage('ui/popup.html');
    await sees(popup, 'body', 'The extension adds your access to this site’s requests.');
    const taken = JSON.stringify(`${stage().api.replace(/:\d+$/, '')}/*`);
    expect(await popup.evaluate(`browser.permissions.remove({ origins: [${taken}] })`)).toBe(true);
    await popup.close();
    const after = await browser().openExtensionPage('ui/popup.html');
    await sees(after, 'body', 'blocks the extension from some addresses');
    await after.close();
    const diagnostics = await browser().openExtensionPage('ui/diagnostics.html');
    await sees(diagnostics, 'body', 'blocks the extension from some addresses');
    await diagnostics.close();
  });

  it('the person signs out: the next request has no token', async () => {
    const popup = await signIn(browser());
    await signOut(popup);
    await popup.close();
    await expect.poll(() => send(site, first())).toBe('nothing');
    await site.reload();
    await sees(site, '#said', 'nothing');
  });
}
