import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { demoExtensionKey, demoFirefoxId } from '../../../demo/extension-key.ts';
import { type RunningDemo, startDemo } from '../../../demo/stack.ts';
import { buildExtension } from '../../../extension/packaging/build-extension.ts';
import { freePorts } from '../kit/ports.ts';
import type { Browser, Tab } from './browser.ts';
import { openChromium } from './chromium.ts';
import { type Display, openDisplay } from './display.ts';
import { openFirefox } from './firefox.ts';
import { firefoxWithPolicy } from './policy-file.ts';
import { answerTo, completeSignIn, opened, openTab, press, sees, showsSignedIn, signIn, signOut } from './tab.ts';

/** What a page says soon after it has loaded, because only then does it ask the extension. */
const signedInSoon = `(async () => {
  const { dataset } = document.documentElement;
  for (let frame = 0; frame < 60 && dataset.signedIn === undefined; frame += 1) await new Promise(requestAnimationFrame);
  return dataset.signedIn;
})()`;

/**
 * The store build, which starts without host access. A preference answers the browser's permission prompt in Firefox.
 * In Chromium, keyboard input on a virtual display answers it.
 */
describe.each(['Chromium', 'Firefox'] as const)('%s', (name) => {
  let dir: string;
  let demo: RunningDemo;
  let display: Display | undefined;
  let executable: string | undefined;
  let browser: Browser | undefined;
  let shop: Tab;
  let popup: Tab;

  const open = (): Promise<Browser> => {
    const profileDir = join(dir, 'profile');
    if (name === 'Chromium') return openChromium(demo, { profileDir, display: display?.name });
    return openFirefox(demo, { profileDir, executable });
  };
  const running = (context: TestContext): Browser =>
    browser ?? context.skip('Xvfb and xdotool are not both installed: nobody can answer the browser’s question');
  const allow = async (): Promise<void> => display?.allow();

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'latchkey-store-'));
    const log = (line: string) => void process.stderr.write(`${line}\n`);
    demo = await startDemo({ ports: await freePorts(), dir: join(dir, 'demo'), now: Date.now, log });
    const target = name === 'Chromium' ? 'chrome' : 'firefox';
    const build = { baked: null, firefoxId: demoFirefoxId, chromeKey: demoExtensionKey };
    await buildExtension(build, { target, version: '1.2.3', outDir: join(dir, 'build') });
    demo = { ...demo, extensionDir: join(dir, 'build', 'chrome') };
    await mkdir(join(dir, 'profile'));
    if (name === 'Chromium') display = await openDisplay();
    else executable = await firefoxWithPolicy(dir, demo);
    if (name === 'Firefox' || display) browser = await open();
  });
  afterAll(async () => {
    await browser?.close();
    await display?.close();
    await demo?.close();
    await rm(dir, { recursive: true, force: true });
  });

  it('store build: the person names the broker, once, and is told what is no address', async (context) => {
    shop = await openTab(running(context), demo.origins.notes);
    await sees(shop, '#notice[data-code=not_installed]');
    popup = await running(context).openExtensionPage('ui/popup.html');
    await sees(popup, 'h1', 'Set up Latchkey');
    await popup.type('input[name=broker]', 'http://not an address');
    await press(popup, 'Continue');
    await sees(popup, '.wrong', 'Enter a web address');
    await popup.evaluate(`document.querySelector('input[name=broker]').value = ''`);
    await popup.type('input[name=broker]', demo.origins.broker);
    await press(popup, 'Continue');
    await allow();
    await sees(popup, 'h1', 'You’re signed out');
    await popup.close();
  });

  it('store build: “Turn on” serves a page that was open before, without a reload', async (context) => {
    popup = await signIn(running(context));
    await sees(popup, '.site', 'Latchkey isn’t turned on for this site yet');
    expect(await shop.evaluate('document.documentElement.dataset.signedIn ?? "false"')).toBe('false');
    await press(popup, 'Turn on Latchkey for Delivery notes');
    await allow();
    await showsSignedIn(shop, true);
    expect(await answerTo(shop, 'Load orders')).toBe(200);
    const second = await openTab(running(context), demo.origins.notes);
    expect(await answerTo(second, 'Load orders')).toBe(200);
    for (const tab of [shop, second, popup]) await tab.close();
  });

  it('store build: a site that nobody connected finds no extension', async (context) => {
    const other = await openTab(running(context), demo.origins.shop);
    await sees(other, '#notice[data-code=not_installed]');
  });

  it('store build: the extension is updated, and a page that was open before is served without a reload', async (context) => {
    const site = await openTab(running(context), demo.origins.notes);
    expect(await answerTo(site, 'Load orders')).toBe(200);
    // The page says hello to a bridge. A listener of the page would hear none, because a bridge stops the event. A new
    // bridge says “here” to the page.
    await site.evaluate(`(() => {
      const { dataset } = document.documentElement;
      const post = window.postMessage;
      window.postMessage = (...message) => {
        if (message[0].source === 'latchkey:hello') dataset.hellos = Number(dataset.hellos ?? 0) + 1;
        return post.apply(window, message);
      };
      addEventListener('message', ({ data: { source } }) => {
        if (source === 'latchkey:here') dataset.here = 'true';
      });
    })()`);
    await running(context).updateExtension();
    await sees(site, 'html[data-here]');
    await showsSignedIn(site, true);
    expect(await answerTo(site, 'Load orders')).toBe(200);
    // A dead bridge that answers is asked again at once, thousands of times.
    const hellos = Number(await site.evaluate('document.documentElement.dataset.hellos'));
    expect(hellos).toBeGreaterThan(0);
    expect(hellos).toBeLessThan(20);
    await site.close();
  });

  it('store build: while nobody is signed in, a site that is turned on can bring up the sign-in', async (context) => {
    popup = await signIn(running(context));
    await signOut(popup);
    await popup.close();
    await running(context).clearCookies(new URL(demo.origins.idp).hostname);
    const site = await openTab(running(context), demo.origins.notes);
    await showsSignedIn(site, false);
    const window = await opened(running(context), demo.origins.idp, () => press(site, 'Connect'));
    await completeSignIn(window, 'ada');
    await showsSignedIn(site, true);
    expect(await answerTo(site, 'Load orders')).toBe(200);
    await site.close();
  });

  it('store build: the browser is started anew, and the site is still connected, the person still signed in', async (context) => {
    await running(context).close();
    browser = await open();
    const again = await openTab(browser, demo.origins.notes);
    // At each start, Chromium treats a command-line extension as a new version and registers its script again.
    await expect.poll(() => again.reload().then(() => again.evaluate(signedInSoon)), { timeout: 30_000 }).toBe('true');
    expect(await answerTo(again, 'Load orders')).toBe(200);
  });
});
