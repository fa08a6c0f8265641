import { expect, it } from 'vitest';
import type { ApisStage } from '../apis-stage.ts';
import type { Browser, Tab } from '../browser.ts';
import { answerConsent, opened, openTab, press, sees, signIn, tabAt, textOf, until } from '../tab.ts';

/** A page of two APIs: orders, with bearer tokens, and invoices, with bound ones, two hosts and a development proxy. */
export function severalApisCases(browser: () => Browser, stage: () => ApisStage): void {
  let site: Tab;
  const load = () => site.evaluate<(number | string)[]>('load("never")');
  /** Presses "Load" until the window opens: after a no, a site can't ask for a few seconds. */
  const asked = async (): Promise<Tab> => {
    const prefix = browser().extensionUrl('ui/consent.html');
    await site.toFront();
    await press(site, 'Load');
    await expect
      .poll(async () => {
        if (await tabAt(browser(), prefix)) return true;
        if (await site.evaluate('window.loaded !== undefined')) await press(site, 'Load');
        return false;
      })
      .toBe(true);
    return (await tabAt(browser(), prefix)) as Tab;
  };
  const run = <T>(call: string) => site.evaluate<T>(`(async () => { const lk = await open2(); ${call} })()`);
  const codeOf = (call: string) => run<string>(`return ${call}.then(() => 'done', (error) => error.code);`);

  it('one window asks for both APIs, and a no leaves nothing of either', async () => {
    await (await signIn(browser())).close();
    site = await openTab(browser(), browser().demo.origins.shop);
    await until(site, 'window.open2 !== undefined');
    expect(await load()).toEqual(['access_not_granted', 'access_not_granted']);
    const window = await opened(browser(), browser().extensionUrl('ui/consent.html'), () => press(site, 'Load'));
    await sees(window, '.card h2', 'Orders API');
    await sees(window, '.card h2', 'Invoices API');
    await sees(window, '.asks', 'See your invoices');
    expect((await textOf(window, '.asks')).match(/See your orders/g)).toHaveLength(1);
    await answerConsent(window, 'Not now');
    await until(site, 'window.loaded !== undefined');
    expect(await site.evaluate('window.loaded')).toEqual(['user_denied', 'user_denied']);
    expect(await load()).toEqual(['access_not_granted', 'access_not_granted']);
    expect(stage().accepted).toEqual([]);
  });

  it('a broker that is away over “Allow” leaves nothing half granted; then the same click gives both', async () => {
    const window = await asked();
    const outage = await browser().demo.outage('broker');
    await press(window, 'Allow');
    await sees(window, '.problem');
    await outage.over();
    expect(await load()).toEqual(['access_not_granted', 'access_not_granted']);
    await answerConsent(window, 'Allow');
    await until(site, 'window.loaded !== undefined');
    expect(await site.evaluate('window.loaded')).toEqual([200, 200]);
    expect(await load()).toEqual([200, 200]);
    const { invoices } = stage();
    expect(stage().accepted.at(-1)).toEqual({ url: `${invoices}/invoices`, audience: invoices, isBound: true });
  });

  it('the other host and the path of the development proxy have the same audience', async () => {
    const { invoices, elsewhere } = stage();
    const { shop } = browser().demo.origins;
    const status = (url: string) => run<number>(`return (await lk.fetch(${JSON.stringify(url)})).status;`);
    expect(await status(`${elsewhere}/v2/invoices`)).toBe(200);
    expect(await status('/api/invoices/7')).toBe(200);
    expect(stage().accepted.slice(-2)).toEqual([
      { url: `${elsewhere}/v2/invoices`, audience: invoices, isBound: true },
      { url: `${shop}/api/invoices/7`, audience: invoices, isBound: true },
    ]);
  });

  it('nothing is sent, and no proof made, for any other URL', async () => {
    const { elsewhere } = stage();
    const before = stage().accepted.length;
    for (const url of [`${elsewhere}/`, `${elsewhere}/v2-old`, `${elsewhere}/v2/..%2fadmin`, '/apis', '/']) {
      expect([url, await codeOf(`lk.fetch(${JSON.stringify(url)})`)]).toEqual([url, 'invalid_request']);
      expect([url, await codeOf(`lk.proof('GET', ${JSON.stringify(url)})`)]).toEqual([url, 'invalid_request']);
    }
    expect(stage().accepted).toHaveLength(before);
  });

  it('XMLHttpRequest, with a proof', async () => {
    const url = JSON.stringify(`${stage().invoices}/invoices/7`);
    const answer = `const xhr = await upload(lk, ${url}, new Blob(['12345']), () => {}); return [xhr.status, JSON.parse(xhr.response)];`;
    expect(await run(answer)).toEqual([200, { path: '/invoices/7', length: 5 }]);
  });

  it('a WebSocket, with a proof that works once', async () => {
    const { invoices } = stage();
    const url = JSON.stringify(`${invoices.replace('http', 'ws')}/live`);
    const talk = (socket: string) => `
      const socket = ${socket};
      return new Promise((resolve) => {
        socket.onopen = () => socket.send('hello');
        socket.onmessage = ({ data }) => { resolve([socket.protocol, data]); socket.close(); };
        socket.onerror = () => resolve('refused');
      });`;
    expect(await run(talk(`await openSocket(lk, ${url})`))).toEqual(['orders.v1', `hello for ${invoices}`]);
    expect(await run(talk(`new WebSocket(${url}, ['orders.v1'])`))).toBe('refused');
    const { token, proof } = await run<{ token: string; proof: string }>(`return lk.proof('GET', ${url});`);
    const again = talk(`new WebSocket(${url}, ${JSON.stringify(['orders.v1', token, proof])})`);
    expect(await run(talk(`new WebSocket(${url}, ${JSON.stringify(['orders.v1', token])})`))).toBe('refused');
    expect(await run(again)).toEqual(['orders.v1', `hello for ${invoices}`]);
    expect(await run(again)).toBe('refused');
  });

  it('a stream of events', async () => {
    const url = JSON.stringify(`${stage().invoices}/events`);
    const heard = `const heard = []; await listen(lk, ${url}, (data) => heard.push(data)); return heard;`;
    expect(await run(heard)).toEqual(['one', 'two']);
  });

  it('generated clients, for OpenAPI and GraphQL', async () => {
    const { invoices } = stage();
    const byPath = `const { data } = await openApi(lk, ${JSON.stringify(invoices)}).POST('/invoices', { body: { a: 1 } }); return data;`;
    expect(await run(byPath)).toEqual({ path: '/invoices', length: 7 });
    const query = `return graphQl(lk, ${JSON.stringify(`${invoices}/graphql`)}).request('query { asked }');`;
    expect(await run(query)).toEqual({ asked: expect.stringContaining('asked') });
    await site.close();
  });
}
