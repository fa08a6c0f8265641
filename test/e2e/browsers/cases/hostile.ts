import { expect, it } from 'vitest';
import type { Browser, Tab } from '../browser.ts';
import { ask, knock, openFramed, openProbe, openSending, send } from '../probe.ts';
import { answerConsent, opened, press, sees, signIn, tabAt, until } from '../tab.ts';

const request = (id: string, more: object = {}) => ({ v: 1, id, m: 'session.get', p: {}, deadline_ms: 5_000, ...more });

/** Impersonators and malformed messages. Each is rejected with its error code. */
export function hostileCases(browser: () => Browser): void {
  const origins = () => browser().demo.origins;

  it('another port of an approved host is refused, though the bridge is there', async () => {
    await (await signIn(browser())).close();
    const tab = await openProbe(browser(), `http://notes.localhost:${Number(new URL(origins().notes).port) + 100}`);
    expect(await ask(tab, origins().api, ['orders:read'])).toMatchObject({ code: 'policy_denied' });
    await tab.close();
  });

  it.each(['http://evil.localhost:9999', 'http://notes.localhost.evil.localhost:9999', 'http://xnotes.localhost:9999'])(
    'a look-alike of an approved origin finds no extension (%s)',
    async (origin) => {
      const tab = await openProbe(browser(), origin);
      expect(await ask(tab, origins().api, ['orders:read'])).toMatchObject({ code: 'not_installed' });
      await tab.close();
    },
  );

  it('a sandboxed document of an approved origin ("null") is refused', async () => {
    const tab = await openProbe(browser(), origins().notes, { 'Content-Security-Policy': 'sandbox allow-scripts' });
    expect(await tab.evaluate('self.origin')).toBe('null');
    expect(await knock(tab)).toEqual([]);
    expect(await ask(tab, origins().api, ['orders:read'])).toMatchObject({ code: 'not_installed' });
    await tab.close();
  });

  it.each(['sandbox="allow-scripts"', 'sandbox="allow-scripts allow-same-origin"', 'title="plain"'])(
    'a frame of an approved page is refused (%s)',
    async (attributes) => {
      const tab = await openFramed(browser(), origins().notes, attributes);
      await until(tab, 'window.framed !== undefined');
      const { asked, knocked } = await tab.evaluate<{ asked: object; knocked: unknown[] }>('window.framed');
      expect(asked).toMatchObject({ code: 'unsupported' });
      expect(knocked).toEqual([]);
      await tab.close();
    },
  );

  it('a forged hello (MessageEvent of the page’s own making) is not heard', async () => {
    const tab = await openProbe(browser(), origins().notes);
    await tab.evaluate(`(() => {
      const { port1, port2 } = new MessageChannel();
      window.forgedAnswers = 0;
      port1.onmessage = () => (window.forgedAnswers += 1);
      const data = { source: 'latchkey:hello', v: 1, nonce: 'n' };
      dispatchEvent(new MessageEvent('message', { data, source: window, origin: location.origin, ports: [port2] }));
    })()`);
    // A valid hello that was already received and served.
    expect(await send(tab, request('true'))).toMatchObject([{ id: 'true', ok: true }]);
    expect(await tab.evaluate('window.forgedAnswers')).toBe(0);
    await tab.close();
  });

  it('what a page says of itself, extra and prototype keys, too large and too deep messages are invalid', async () => {
    const tab = await openProbe(browser(), origins().notes);
    const deep = JSON.parse(`${'{"a":'.repeat(500)}1${'}'.repeat(500)}`);
    const token = { resource: origins().api, scopes: ['orders:read'], interactive: 'never' };
    const answers = await send(
      tab,
      request('origin', { origin: 'https://shop.example.com' }),
      request('tab', { p: { tabId: 1 } }),
      request('client', { m: 'token.get', p: { ...token, client_id: 'x' } }),
      request('method', { m: '__proto__' }),
      request('constructor', { m: 'constructor' }),
      request('proto', { p: JSON.parse('{"__proto__":{"admin":true}}') }),
      request('large', { m: 'token.get', p: { ...token, resource: 'x'.repeat(100_000) } }),
      request('deep', { p: deep }),
      request('deadline', { deadline_ms: -1 }),
    );
    const { proto, ...others } = Object.fromEntries(answers.map(({ id, e }) => [id, e?.code]));
    const refused = ['origin', 'tab', 'client', 'method', 'constructor', 'large', 'deep', 'deadline'];
    expect(others).toEqual(Object.fromEntries(refused.map((id) => [id, 'invalid_request'])));
    // In Firefox, content scripts can't see a key that shadows a prototype's key, so the bridge sees no such key.
    expect(['invalid_request', undefined]).toContain(proto);
    await tab.close();
  });

  it('an id that was used is refused, and a flood is told when to come back', async () => {
    const tab = await openProbe(browser(), origins().notes);
    const [first, replayed] = await send(tab, request('same'), request('same'));
    expect(first).toMatchObject({ ok: true });
    expect(replayed).toMatchObject({ id: 'same', e: { code: 'invalid_request' } });
    const flood = await send(tab, ...Array.from({ length: 100 }, (_, index) => request(`n${index}`)));
    expect(flood.filter(({ e }) => e?.code === 'busy').length).toBeGreaterThan(30);
    await tab.close();
  });

  it('a page without a click opens no window', async () => {
    const before = (await browser().tabs()).length;
    const asking = { resource: origins().api, scopes: ['orders:read'], interactive: 'if_needed' };
    const [answer] = await openSending(browser(), origins().shop, request('a', { m: 'token.get', p: asking }));
    expect(answer).toMatchObject({ ok: false, e: { code: 'access_not_granted', interaction: 'consent' } });
    expect(await browser().tabs()).toHaveLength(before);
  });

  it('a click opens one question, however often the page asks with it; the no is for all of them, and for a while', async () => {
    const tab = await openProbe(browser(), origins().shop);
    const p = { resource: origins().api, scopes: ['orders:read'], interactive: 'if_needed' };
    const messages = Array.from({ length: 20 }, (_, i) => request(`q${i}`, { m: 'token.get', p, deadline_ms: 60_000 }));
    await tab.evaluate(
      `document.querySelector('button').onclick = () => { flooded = flood(${JSON.stringify(messages)}) }, 0`,
    );
    const before = (await browser().tabs()).length;
    const answered = async () => {
      const answers = await tab.evaluate<{ e?: { code: string } }[]>('flooded');
      return [...new Set(answers.map(({ e }) => e?.code))];
    };
    const question = await opened(browser(), browser().extensionUrl('ui/consent.html'), () => tab.click('button'));
    await sees(question, 'button');
    expect(await browser().tabs()).toHaveLength(before + 1);
    await question.close();
    expect(await answered()).toEqual(['user_denied']);
    await tab.toFront();
    await tab.click('button');
    expect(await answered()).toEqual(['user_denied']);
    expect(await browser().tabs()).toHaveLength(before);
    await tab.close();
  });

  it('a click with several requests opens one window, and no other one after it', async () => {
    const { api, shop } = origins();
    const tab = await openProbe(browser(), shop);
    const get = (id: string, ...scopes: string[]) =>
      request(id, { m: 'token.get', p: { resource: api, scopes, interactive: 'if_needed' }, deadline_ms: 60_000 });
    const messages = [get('r', 'orders:read'), get('w', 'orders:write'), get('rw', 'orders:read', 'orders:write')];
    await tab.evaluate(
      `document.querySelector('button').onclick = () => { flooded = flood(${JSON.stringify(messages)}) }, 0`,
    );
    const prefix = browser().extensionUrl('ui/consent.html');
    const before = (await browser().tabs()).length;
    const question = await opened(browser(), prefix, () => clickUntilHeard(tab, prefix));
    await answerConsent(question, 'Allow');
    const answers = await tab.evaluate<{ id: string; ok: boolean; e?: { code: string } }[]>('flooded');
    const outcomes = answers.map(({ id, ok, e }) => [id, ok ? 'ok' : e?.code]);
    expect(outcomes.filter(([, outcome]) => outcome === 'ok')).toHaveLength(1);
    expect(outcomes.filter(([, outcome]) => outcome === 'access_not_granted')).toHaveLength(2);
    expect(await browser().tabs()).toHaveLength(before);
    const popup = await browser().openExtensionPage('ui/popup.html');
    await press(popup, 'Remove access for Shop');
    await sees(popup, '.site.none', 'Shop');
    for (const open of [popup, tab]) await open.close();
  });

  /** After the denial in the previous case, the site can't ask for a few seconds. */
  async function clickUntilHeard(tab: Tab, prefix: string): Promise<void> {
    await expect
      .poll(async () => {
        await tab.toFront();
        await tab.click('button');
        // Either a window opens, which can take its time, or the answers arrive. Another click would replace the answers.
        const answered =
          'Promise.race([flooded.then(() => true), new Promise((resolve) => setTimeout(resolve, 100, false))])';
        const isOpen = async () => (await tabAt(browser(), prefix)) !== undefined;
        await expect.poll(async () => (await isOpen()) || tab.evaluate<boolean>(answered)).toBe(true);
        return isOpen();
      })
      .toBe(true);
  }
}
