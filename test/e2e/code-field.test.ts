import { type Browser, chromium, type Page } from 'playwright';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { findChromium } from '../../demo/browser/find.ts';
import { thisMachine } from '../../demo/browser/machine.ts';
import { type Gallery, openGallery } from '../pictures/gallery.ts';

let gallery: Gallery;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  const executablePath = await findChromium({ ...thisMachine, say: () => undefined });
  [gallery, browser] = await Promise.all([openGallery(), chromium.launch({ executablePath, chromiumSandbox: false })]);
});
afterAll(() => Promise.all([browser?.close(), gallery?.close()]));
beforeEach(async () => {
  page = await browser.newPage();
  onTestFinished(() => page.close());
});

/** Opens the page as on a slow network. Its script loads only when the returned function is called. */
async function openBeforeScript(): Promise<() => Promise<void>> {
  const held = Promise.withResolvers<void>();
  await page.route('**/code-field.js', async (route) => {
    await held.promise;
    await route.continue();
  });
  await page.goto(gallery.url('code'), { waitUntil: 'commit' });
  await page.locator('#user_code:focus').waitFor();
  return async () => {
    held.resolve();
    // Deferred scripts have run by then.
    await page.waitForLoadState('domcontentloaded');
  };
}

/** The field's value, with a bar at the cursor position. */
const field = () =>
  page.locator('#user_code').evaluate((input: HTMLInputElement) => {
    const cursor = input.selectionStart ?? 0;
    return `${input.value.slice(0, cursor)}|${input.value.slice(cursor)}`;
  });

/** Types with an input method that shows its text before it is committed, as phones do for every word. */
async function compose() {
  const session = await page.context().newCDPSession(page);
  return {
    shows: (text: string) =>
      session.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length }),
    decides: (text: string) => session.send('Input.insertText', { text }),
  };
}

describe('the code field keeps what is typed', () => {
  it('before its script has loaded, while it loads, and after', async () => {
    const scriptArrives = await openBeforeScript();
    await page.keyboard.type('bcdf1 g');
    await scriptArrives();
    await page.keyboard.type('h');
    expect(await field()).toBe('BCDF-GH|');
    await page.keyboard.type('jk');
    expect(await field()).toBe('BCDF-GHJK|');
  });

  it('where the cursor is, though the script comes in between', async () => {
    const scriptArrives = await openBeforeScript();
    await page.keyboard.type('bcdf');
    for (const key of ['ArrowLeft', 'ArrowLeft']) await page.keyboard.press(key);
    await scriptArrives();
    expect(await field()).toMatch(/^bc\|df$/i);
    await page.keyboard.type('gh');
    expect(await field()).toBe('BCGH|-DF');
  });

  it('when the whole code was there before the script', async () => {
    const scriptArrives = await openBeforeScript();
    await page.keyboard.type('bcdf ghjk');
    await scriptArrives();
    await page.keyboard.press('Tab');
    expect(await page.inputValue('#user_code')).toBe('BCDF-GHJK');
  });

  it('once, where an input method is composing when the script comes', async () => {
    const scriptArrives = await openBeforeScript();
    const text = await compose();
    await text.shows('bcd');
    await scriptArrives();
    await text.shows('bcdfg');
    await text.decides('bcdfgh');
    expect(await field()).toBe('BCDF-GH|');
  });

  it('where the cursor is, when an input method has composed in between', async () => {
    await page.goto(gallery.url('code'));
    await page.keyboard.type('bcdf');
    for (const key of ['ArrowLeft', 'ArrowLeft']) await page.keyboard.press(key);
    const text = await compose();
    await text.shows('g');
    await text.decides('g');
    expect(await field()).toBe('BCG|D-F');
  });

  it('that was pasted within a sentence before the script had loaded', async () => {
    const scriptArrives = await openBeforeScript();
    await page.keyboard.insertText('Your code is bcdf-ghjk. It lasts ten minutes.');
    await scriptArrives();
    await page.keyboard.press('Tab');
    expect(await page.inputValue('#user_code')).toBe('BCDF-GHJK');
  });

  it('from the first letter on, where the browser is late with `autofocus`', async () => {
    await page.route(gallery.url('code'), async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, body: (await answer.text()).replace(' autofocus', '') });
    });
    await page.goto(gallery.url('code'));
    await page.keyboard.type('b');
    expect(await field()).toBe('B|');
  });

  it('and leaves the focus to whoever has moved it before the script', async () => {
    const scriptArrives = await openBeforeScript();
    await page.keyboard.press('Tab');
    await scriptArrives();
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('BUTTON');
  });
});
