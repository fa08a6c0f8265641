import { expect, it, vi } from 'vitest';
import { beginDevice, pollDevice, refreshDevice } from '../../kit/device-flow.ts';
import { createSessionClient } from '../../kit/session-client.ts';
import type { Browser, Tab } from '../browser.ts';
import { openTab, press, sees, signIn, signOut, textOf, until, userNamed } from '../tab.ts';

/** A device, as far as its user sees it: it shows a code, and has tokens or not. */
async function showsCode(broker: string, client = 'tv', more: { login_hint?: string } = {}) {
  const begun = await beginDevice(broker, client, more);
  const { user_code: code, device_code: deviceCode, latchkey_number: number = '' } = begun;
  const poll = async () => (await pollDevice(broker, client, deviceCode)).body;
  return {
    code,
    /** Empty unless the device named somebody. */
    number,
    poll,
    /** Waits until it is signed in. @returns its refresh token */
    async tokens(): Promise<string> {
      return vi.waitFor(
        async () => {
          const { refresh_token: token } = await poll();
          if (token === undefined) throw new Error('it waits');
          return token;
        },
        { timeout: 30_000 },
      );
    },
  };
}

/** Devices and activity in the popup. */
export function deviceCases(browser: () => Browser): void {
  let popup: Tab;
  let refreshToken: string;
  const broker = () => browser().demo.origins.broker;
  const badge = () =>
    browser().inBackground<string>('async () => (globalThis.browser ?? chrome).action.getBadgeText({})');
  const title = () => browser().inBackground<string>('async () => (globalThis.browser ?? chrome).action.getTitle({})');
  const enter = async (code: string): Promise<void> => {
    await sees(popup, '#user-code');
    await popup.evaluate(`document.querySelector('#user-code').value = ''`);
    await popup.type('#user-code', code);
    await press(popup, 'Continue');
  };
  /** The row's name says whether there is news. */
  const openActivity = async (): Promise<void> => {
    await sees(popup, '[data-panel=activity]');
    await popup.click('[data-panel=activity]');
    await sees(popup, '.activity li');
  };
  const question = async (code: string): Promise<void> => {
    await enter(code);
    await sees(popup, '.ask', 'Living-room TV');
    await sees(popup, '.user-code', code);
  };

  it('a device is signed in by its code in the popup, without a second sign-in', async () => {
    popup = await signIn(browser());
    const { logins } = browser().demo.idp.counts;
    await press(popup, 'Sign in a device');
    const device = await showsCode(broker());
    const start = performance.now();
    await question(device.code);
    expect(await textOf(popup, '.may')).toContain('ada@example.com');
    expect((await device.poll()).error).toBe('authorization_pending');
    await press(popup, 'Allow');
    await sees(popup, '[role=status]', 'is signed in');
    refreshToken = await device.tokens();
    console.log(`stopwatch: code to signed in, popup: ${Math.round(performance.now() - start)} ms`);
    expect(browser().demo.idp.counts.logins).toBe(logins);
    await press(popup, 'Sign in another device');
    await sees(popup, '#user-code');
    await press(popup, 'Back');
  });

  it('the same device takes longer on the page', async () => {
    const device = await showsCode(broker());
    const start = performance.now();
    const page = await openTab(browser(), `${broker()}/device`);
    await sees(page, 'input.code');
    await page.type('input.code', device.code);
    await press(page, 'Continue');
    await sees(page, 'button[value=allow]');
    await press(page, 'Allow');
    await device.tokens();
    console.log(`stopwatch: code to signed in, page: ${Math.round(performance.now() - start)} ms`);
    await page.close();
  });

  it('a wrong code is told, and the question lives on when the popup closes and the background stops', async () => {
    await press(popup, 'Sign in a device');
    await enter('BBBB-BBBB');
    await sees(popup, '.wrong', 'isn’t valid');
    const device = await showsCode(broker());
    await question(device.code);
    await browser().stopBackground();
    await popup.close();
    popup = await browser().openExtensionPage('ui/popup.html');
    await sees(popup, '.user-code', device.code);
    await press(popup, 'Deny');
    await sees(popup, '[role=status]', 'wasn’t signed in');
    expect((await device.poll()).error).toBe('access_denied');
    // It is told once: the popup opens with the account again.
    await popup.close();
    popup = await browser().openExtensionPage('ui/popup.html');
    await sees(popup, '[data-panel=device]');
    await sees(popup, 'h1', 'Ada Lovelace');
  });

  it('no link and no page puts a code into the popup', async () => {
    const { code } = await showsCode(broker());
    const linked = await browser().openExtensionPage(`ui/popup.html?user_code=${code}#user_code=${code}`);
    await sees(linked, '[data-panel=device]');
    expect(await linked.evaluate(`document.querySelector('#user-code')`)).toBe(null);
    await press(linked, 'Sign in a device');
    await sees(linked, '#user-code');
    expect(await linked.evaluate(`document.querySelector('#user-code').value`)).toBe('');
    await linked.close();
    // A page can't open or frame the popup.
    const site = await openTab(browser(), browser().demo.origins.notes);
    const framed = await site.evaluate(`new Promise((resolve) => {
      const frame = document.createElement('iframe');
      frame.src = ${JSON.stringify(browser().extensionUrl('ui/popup.html'))};
      frame.onload = () => { let text = ''; try { text = frame.contentDocument?.body?.textContent ?? ''; } catch {} resolve(text.includes('Sign in')); };
      frame.onerror = () => resolve(false);
      setTimeout(() => resolve(false), 2000);
      document.body.append(frame);
    })`);
    expect(framed).toBe(false);
    await site.close();
  });

  it('the activity has the device, and “This wasn’t me” signs it out', async () => {
    await openActivity();
    await sees(popup, '.activity li', 'Living-room TV signed in');
    await sees(popup, '.activity li', 'this browser');
    const live = `[...document.querySelectorAll('.activity button')].length`;
    const before = await popup.evaluate<number>(live);
    expect(before).toBeGreaterThan(0);
    for (let left = before; left > 0; left -= 1) {
      await press(popup, 'This wasn’t me: sign out (Living-room TV)');
      await until(popup, `${live} === ${left - 1}`);
    }
    await sees(popup, '.activity li', 'You signed out Living-room TV');
    expect((await refreshDevice(broker(), 'tv', refreshToken)).body.error).toBe('invalid_grant');
    await press(popup, 'Back');
  });

  it('a new browser elsewhere is news, and “This wasn’t me” signs it out', async () => {
    const notes = await openTab(browser(), browser().demo.origins.notes);
    const elsewhere = await createSessionClient(broker(), undefined, browser().demo.origins.idp);
    await elsewhere.signIn('ada', userNamed('ada').password);
    await expect.poll(badge, { timeout: 30_000 }).toBe('!');
    await popup.close();
    popup = await browser().openExtensionPage('ui/popup.html');
    await sees(popup, '[data-panel=activity]', 'New');
    await openActivity();
    await expect.poll(badge, { timeout: 30_000 }).toBe('');
    await popup.click('.activity button');
    await expect
      .poll(async () => (await elsewhere.call('GET', '/session')).body.error, { timeout: 30_000 })
      .toBe('invalid_session');
    await sees(popup, '.activity li', 'You signed out');
    await press(popup, 'Back');
    await signOut(popup);
    for (const tab of [notes, popup]) await tab.close();
  });

  /** A command line that names the person who is signed in here. */
  const asks = () => showsCode(broker(), 'cli', { login_hint: 'ada@example.com' });
  let site: Tab;

  it('a device that names the account asks by itself, and is signed in by the number that it shows', async () => {
    popup = await signIn(browser());
    site = await openTab(browser(), browser().demo.origins.notes);
    await popup.close();
    const start = performance.now();
    const device = await asks();
    await expect.poll(title, { timeout: 30_000 }).toContain('A device is waiting');
    expect(await badge()).toBe('!');
    popup = await browser().openExtensionPage('ui/popup.html');
    await sees(popup, '.ask', 'Command line');
    expect(await textOf(popup, '.numbers')).toContain(device.number);
    expect(await textOf(popup, 'main')).not.toContain(device.code);
    await press(popup, device.number);
    await sees(popup, '[role=status]', 'is signed in');
    await device.tokens();
    console.log(`stopwatch: device asks to signed in, by number: ${Math.round(performance.now() - start)} ms`);
    await expect.poll(title, { timeout: 30_000 }).not.toContain('A device is waiting');
    await press(popup, 'Back');
    // What signed in is news, as always.
    await openActivity();
    await sees(popup, '.activity li', 'Command line signed in');
    await expect.poll(badge, { timeout: 30_000 }).toBe('');
    await press(popup, 'Back');
  });

  it('a device that asks meanwhile waits until the user has done what they do, and until they want to answer', async () => {
    await press(popup, 'Sign in a device');
    await sees(popup, '#user-code');
    await popup.type('#user-code', 'BCDF');
    const device = await asks();
    await expect.poll(title, { timeout: 30_000 }).toContain('A device is waiting');
    expect(await popup.evaluate(`document.querySelector('#user-code').value`)).toBe('BCDF');
    await press(popup, 'Back');
    await sees(popup, '.numbers', device.number);
    // It was put off, so it doesn't open again by itself.
    await press(popup, 'Back');
    await sees(popup, '[data-panel=asked]', 'A device is waiting');
    await popup.click('[data-panel=asked]');
    await sees(popup, '.numbers', device.number);
    await press(popup, 'Deny');
    await sees(popup, '[role=status]', 'wasn’t signed in');
    expect((await device.poll()).error).toBe('access_denied');
    await press(popup, 'Back');
    await sees(popup, '[data-panel=device]');
    await expect.poll(title, { timeout: 30_000 }).not.toContain('A device is waiting');
  });

  it('a wrong number ends it, once, and nothing asks for an hour', async () => {
    const device = await asks();
    // The open popup hears of it.
    await sees(popup, '.numbers', device.number);
    const numbers = await popup.evaluate<string[]>(
      `[...document.querySelectorAll('.numbers button')].map((button) => button.textContent)`,
    );
    await press(popup, String(numbers.find((number) => number !== device.number)));
    await sees(popup, '[role=status]', 'wasn’t the number');
    expect((await device.poll()).error).toBe('access_denied');
    expect((await asks()).number).toBe('');
    await press(popup, 'Back');
    await signOut(popup);
    for (const tab of [site, popup]) await tab.close();
  });
}
