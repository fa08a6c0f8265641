import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { type Gallery, openGallery } from '../pictures/gallery.ts';
import { type Display, openDisplay } from './browsers/display.ts';
import { openPlainChromium, type PlainChromium, type PlainPage } from './kit/plain-chromium.ts';

/** Runs in a browser with real windows and real focus, on a virtual display. */
let dir: string;
let gallery: Gallery;
let display: Display | undefined;
let browser: PlainChromium | undefined;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'latchkey-armed-'));
  [gallery, display] = await Promise.all([openGallery(), openDisplay()]);
  if (display) browser = await openPlainChromium({ display: display.name, profileDir: dir });
});
afterAll(async () => {
  await browser?.close();
  await display?.close();
  await gallery?.close();
  await rm(dir, { recursive: true, force: true });
});

const button = '[data-armed]';

/** Opens a page like a hostile site would: in a separate window. */
async function openedBy(context: TestContext, state: string): Promise<{ hostile: PlainPage; page: PlainPage }> {
  const chromium = browser ?? context.skip('Xvfb and xdotool are not both installed: there is no display with a focus');
  const hostile = await chromium.open('about:blank#hostile');
  await hostile.toFront();
  await hostile.evaluateAfterClick(
    `open(${JSON.stringify(gallery.url(state))}, '_blank', 'popup,width=500,height=700')`,
  );
  let page: PlainPage | undefined;
  await expect
    .poll(async () => {
      page = await chromium.find(gallery.url(state));
      return page?.evaluate(`document.readyState === 'complete' && document.querySelector('${button}') !== null`);
    })
    .toBe(true);
  return { hostile, page: page as PlainPage };
}

const isArmed = (page: PlainPage) => page.evaluate(`document.querySelector('${button}').ariaDisabled === null`);
const pathOf = (page: PlainPage) => page.evaluate<string>('location.pathname');

describe.each([
  ['confirm', '/device/decision'],
  ['confirm-program', '/authorize/decision'],
  ['account-sites', '/account'],
])('a button that grants something (%s)', (state, action) => {
  it('takes no click that was meant for something else, and one of a person who has seen it', async (context) => {
    const { hostile, page } = await openedBy(context, state);
    await page.toFront();
    await page.hover(button);
    await expect.poll(() => isArmed(page)).toBe(true);
    await hostile.evaluateAfterClick(`window.cover = open('about:blank#cover', 'cover', 'popup,width=600,height=800')`);
    await expect.poll(() => isArmed(page)).toBe(false);
    await hostile.evaluate('cover.close()');
    await page.toFront();
    await page.click(button);
    expect(await pathOf(page)).toBe(`/${state}`);

    await expect.poll(() => isArmed(page)).toBe(true);
    await page.place({ left: 200, top: 90 });
    await expect.poll(() => isArmed(page)).toBe(false);
    await page.click(button);
    expect(await pathOf(page)).toBe(`/${state}`);

    await expect.poll(() => isArmed(page)).toBe(true);
    // The account page posts its form to its own URL.
    await page.evaluate('document.documentElement.dataset.before = "1"');
    await page.click(button);
    await expect.poll(() => page.evaluate('document.documentElement.dataset.before ?? ""')).toBe('');
    expect(await pathOf(page)).toBe(action);
    await page.evaluate('close()');
  });

  it('takes no click of a pointer that has just entered, as when a picture-in-picture window closes', async (context) => {
    const { page } = await openedBy(context, state);
    await page.toFront();
    await expect.poll(() => isArmed(page)).toBe(true);
    await page.evaluate('document.documentElement.dataset.before = "1"');
    await page.click(button);
    await expect.poll(() => isArmed(page)).toBe(false);
    expect(await page.evaluate('document.documentElement.dataset.before')).toBe('1');
    await page.evaluate('close()');
  });

  it.for(['Enter', 'Space'] as const)('waits with the keyboard too (%s), and keeps the focus', async (key, context) => {
    const { page } = await openedBy(context, state);
    const hasFocus = `document.activeElement === document.querySelector('${button}')`;
    await page.toFront();
    await page.evaluate(`document.querySelector('${button}').focus()`);
    await page.evaluate('dispatchEvent(new Event("focus"))');
    await page.press(key);
    expect(await pathOf(page)).toBe(`/${state}`);
    expect(await page.evaluate(hasFocus)).toBe(true);

    await expect.poll(() => isArmed(page)).toBe(true);
    expect(await page.evaluate(hasFocus)).toBe(true);
    await page.evaluate('document.documentElement.dataset.before = "1"');
    await page.press(key);
    await expect.poll(() => page.evaluate('document.documentElement.dataset.before ?? ""')).toBe('');
    expect(await pathOf(page)).toBe(action);
    await page.evaluate('close()');
  });
});
