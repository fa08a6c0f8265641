import axe, { type AxeResults, type RunOptions } from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from '../../demo/browser/find.ts';
import { thisMachine } from '../../demo/browser/machine.ts';
import { type Gallery, openGallery } from '../pictures/gallery.ts';
import { states } from '../pictures/states.ts';

let gallery: Gallery;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  const executablePath = await findChromium({ ...thisMachine, say: () => undefined });
  [gallery, browser] = await Promise.all([openGallery(), chromium.launch({ executablePath, chromiumSandbox: false })]);
  page = await browser.newPage({ viewport: { width: 320, height: 640 } });
});
afterAll(() => Promise.all([browser?.close(), gallery?.close()]));

const rules: RunOptions = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] };
const colors: RunOptions = { runOnly: { type: 'rule', values: ['color-contrast'] } };

/** The page's violations, according to axe-core. */
async function violations(options: RunOptions): Promise<string[]> {
  // Inject it through the debugger, because the page's CSP blocks other scripts.
  const { violations } = (await page.evaluate(`${axe.source}; axe.run(${JSON.stringify(options)})`)) as AxeResults;
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

const isTooWide = () => page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);

it('is a test that can fail: axe-core runs, and objects where it should', async () => {
  await page.setContent('<p style="color:#aaa;background:#fff">faint</p><img src="/x">');
  const found = (await violations(rules)).join();
  for (const rule of ['color-contrast', 'image-alt', 'html-has-lang']) expect(found).toContain(rule);
});

describe('the pages of the broker', () => {
  it.each([...states.keys()])(
    '%s: axe-core objects to nothing, in light and in dark, and it fits a narrow phone',
    async (state) => {
      await page.emulateMedia({ colorScheme: 'light' });
      await page.goto(gallery.url(state));
      expect(await isTooWide()).toBe(false);
      expect(await violations(rules)).toEqual([]);
      await page.emulateMedia({ colorScheme: 'dark' });
      expect(await violations(colors)).toEqual([]);
    },
  );

  it.each([
    [375, 667],
    [960, 640],
    [1_920, 1_080],
  ])('have both answers of a question, and a warning, in sight at %i × %i', async (width, height) => {
    const other = await browser.newPage({ viewport: { width, height } });
    for (const state of ['confirm-elsewhere', 'confirm-program']) {
      await other.goto(gallery.url(state));
      const bottoms = await other
        .locator('.choice button, .warning')
        .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().bottom));
      expect(bottoms.length).toBe(state === 'confirm-elsewhere' ? 3 : 2);
      expect(Math.max(...bottoms)).toBeLessThanOrEqual(height);
    }
    await other.close();
  });

  it.each(['de', 'es', 'ja', 'ar'])('are so in %s, too', async (tag) => {
    for (const state of ['code-wrong', 'confirm-elsewhere', 'account', 'providers']) {
      await page.goto(gallery.url(state, tag));
      expect(await page.evaluate(() => [document.documentElement.lang, document.documentElement.dir])).toEqual([
        tag,
        tag === 'ar' ? 'rtl' : 'ltr',
      ]);
      expect([state, await isTooWide(), await violations(rules)]).toEqual([state, false, []]);
    }
  });
});

describe('the code field', () => {
  const value = () => page.inputValue('#user_code');
  const paste = (text: string) =>
    page.evaluate((pasted) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text', pasted);
      document.activeElement?.dispatchEvent(new ClipboardEvent('paste', { clipboardData, cancelable: true }));
    }, text);

  it('puts what is typed in groups, and the cursor where it was', async () => {
    await page.goto(gallery.url('code'));
    await page.keyboard.type('bcdf1 ghj');
    expect(await value()).toBe('BCDF-GHJ');
    await page.keyboard.press('Backspace');
    for (const key of ['ArrowLeft', 'ArrowLeft', 'ArrowLeft', 'ArrowLeft', 'Backspace']) await page.keyboard.press(key);
    expect(await value()).toBe('BCFG-H');
    await page.keyboard.type('d');
    expect(await value()).toBe('BCDF-GH');
    await page.keyboard.type('k');
    expect(await value()).toBe('BCDK-FGH');
  });

  it.each([
    'bcdfghjk',
    'BCDF GHJK',
    ' bcdf—ghjk\n',
    'ＢＣＤＦ－ＧＨＪＫ',
    'https://login.example.com/device?user_code=BCDF-GHJK&x=1',
    'Your code is BCDF-GHJK. It lasts ten minutes.',
    'Your code is BC\u200bDF\u2060-\u2060GH\u00adJK. It lasts ten minutes.',
    '\u2066BCDF-GHJK\u2069',
  ])('takes %j from the clipboard', async (text) => {
    await page.goto(gallery.url('code-malformed'));
    await paste(text);
    expect(await value()).toBe('BCDF-GHJK');
  });

  it('is no more than an ordinary field without a script', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const plain = await context.newPage();
    await plain.goto(gallery.url('code'));
    await plain.fill('#user_code', 'bcdf ghjk');
    expect(await plain.inputValue('#user_code')).toBe('bcdf ghjk');
    await context.close();
  });
});
