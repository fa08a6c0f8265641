import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Browser } from './browser.ts';
import { openChromium } from './chromium.ts';
import { startBrowser } from './start.ts';
import { beginSignIn, completeSignIn, openTab, sees, showsSignedIn, textOf } from './tab.ts';

let browser: Browser;
let profileDir: string;

beforeAll(async () => {
  profileDir = await mkdtemp(join(tmpdir(), 'latchkey-profile-'));
  browser = await startBrowser(async (demo) => {
    await mkdir(join(profileDir, 'Default'));
    // As a person does it in the settings: this address may keep no cookies, and the provider's may.
    const cookies = { [`${demo.origins.broker},*`]: { setting: 2 } };
    const preferences = { profile: { content_settings: { exceptions: { cookies } } } };
    await writeFile(join(profileDir, 'Default', 'Preferences'), JSON.stringify(preferences));
    return openChromium(demo, { profileDir });
  });
});
afterAll(async () => {
  await browser?.close();
  await rm(profileDir, { recursive: true, force: true });
});

it('blocked cookies: the popup says so, with the address, and nobody is signed in for a moment', async () => {
  const { origins } = browser.demo;
  const site = await openTab(browser, origins.notes);
  await showsSignedIn(site, false);
  await site.evaluate(`(() => {
    window.seen = [];
    new MutationObserver(() => seen.push(document.documentElement.dataset.signedIn))
      .observe(document.documentElement, { attributes: true, attributeFilter: ['data-signed-in'] });
  })()`);
  const popup = await browser.openExtensionPage('ui/popup.html');
  for (const _ of ['once', 'and again']) {
    await popup.toFront();
    await completeSignIn(await beginSignIn(browser, popup), 'ada');
    await sees(popup, '[role=alert]', new URL(origins.broker).host);
    expect(await textOf(popup, '[role=alert]')).toContain('blocks cookies');
    await sees(popup, 'button', 'Sign in');
    // The provider knows the person by now, and would show no form.
    await browser.clearCookies(new URL(origins.idp).hostname);
  }
  await popup.close();
  const next = await browser.openExtensionPage('ui/popup.html');
  await sees(next, 'h1', 'You’re signed out');
  expect(await site.evaluate('seen')).toEqual([]);
  for (const tab of [next, site]) await tab.close();
});
