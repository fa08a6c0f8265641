import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoFirefoxId } from '../../../demo/extension-key.ts';
import { buildExtension } from '../../../extension/build/build.ts';
import type { Browser, Tab } from './browser.ts';
import { openFirefox } from './firefox.ts';
import { startBrowser } from './start.ts';
import { answerTo, openTab, press, sees, showsSignedIn, signIn } from './tab.ts';

/**
 * The build for the stores, which has access to nothing. In Firefox alone: there a preference answers the
 * browser's own question, which no test can click in either browser.
 */
describe('Firefox', () => {
  let dir: string;
  let browser: Browser;
  let shop: Tab;
  let popup: Tab;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'latchkey-store-'));
    await buildExtension(
      { baked: null, firefoxId: demoFirefoxId },
      { target: 'firefox', version: '1.2.3', outDir: dir },
    );
    browser = await startBrowser((demo) => openFirefox({ ...demo, extensionDir: join(dir, 'chrome') }));
  });
  afterAll(async () => {
    await browser?.close();
    await rm(dir, { recursive: true, force: true });
  });

  it('store build: the person names the broker, once, and is told what is no address', async () => {
    shop = await openTab(browser, browser.demo.origins.notes);
    await sees(shop, '#notice[data-code=not_installed]');
    popup = await browser.openExtensionPage('ui/popup.html');
    await sees(popup, 'h1', 'Set up Latchkey');
    await popup.type('input[name=broker]', 'http://not an address');
    await press(popup, 'Continue');
    await sees(popup, '.wrong', 'This is not an address');
    await popup.evaluate(`document.querySelector('input[name=broker]').value = ''`);
    await popup.type('input[name=broker]', browser.demo.origins.broker);
    await press(popup, 'Continue');
    await sees(popup, 'h1', 'You are signed out');
    await popup.close();
  });

  it('store build: “Connect” serves a page that was open before, without a reload', async () => {
    popup = await signIn(browser);
    await sees(popup, '.site', 'Latchkey is not in this site yet');
    expect(await shop.evaluate('document.documentElement.dataset.signedIn ?? "false"')).toBe('false');
    await press(popup, 'Connect Delivery notes');
    await showsSignedIn(shop, true);
    expect(await answerTo(shop, 'Load orders')).toBe(200);
    const second = await openTab(browser, browser.demo.origins.notes);
    expect(await answerTo(second, 'Load orders')).toBe(200);
  });

  it('store build: a site that nobody connected finds no extension', async () => {
    const other = await openTab(browser, browser.demo.origins.shop);
    await sees(other, '#notice[data-code=not_installed]');
  });
});
