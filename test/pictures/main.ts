import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright';
import { findChromium } from '../../demo/browser/find.ts';
import { root } from '../../demo/program.ts';
import { openGallery } from './gallery.ts';
import { states } from './states.ts';

// Pictures of every state of the broker's pages, to be looked at: `npm run pictures`.

interface Screen {
  name: string;
  width: number;
  height: number;
  /** Which states it shows; absent: all. */
  only?: readonly string[];
  tags?: readonly string[];
}

const themes = ['light', 'dark'] as const;
const mostBytes = 40_960;
const main = ['code-filled', 'confirm', 'allowed'];
const screens: readonly Screen[] = [
  { name: 'desktop', width: 960, height: 640 },
  { name: 'phone', width: 375, height: 667 },
  { name: 'tv', width: 1_920, height: 1_080, only: main },
  { name: 'phone', width: 375, height: 667, only: main, tags: ['ar', 'de', 'es', 'ja'] },
];

const folder = join(root, 'docs', 'images', 'device');
await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
const gallery = await openGallery();
const browser = await chromium.launch({ executablePath: await findChromium(), chromiumSandbox: false });
try {
  let taken = 0;
  for (const screen of screens) for (const theme of themes) taken += await photograph(browser, screen, theme);
  console.log(`${taken} pictures of ${states.size} states in docs/images/device/`);
} finally {
  await browser.close();
  await gallery.close();
}

/** @returns how many pictures were taken */
async function photograph(
  browser: Browser,
  { name, width, height, only = [...states.keys()], tags = ['en'] }: Screen,
  colorScheme: (typeof themes)[number],
): Promise<number> {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  // Playwright's own pictures are PNG or JPEG, three times as large.
  const devtools = await page.context().newCDPSession(page);
  for (const tag of tags) {
    for (const state of only) {
      await page.goto(gallery.url(state, tag));
      const whole = await page.evaluate(() => document.documentElement.scrollHeight);
      const { data } = await devtools.send('Page.captureScreenshot', {
        format: 'webp',
        quality: 70,
        captureBeyondViewport: true,
        clip: { x: 0, y: 0, width, height: Math.max(whole, height), scale: Math.min(1, 1_280 / width) },
      });
      const picture = Buffer.from(data, 'base64');
      const file = `${[state, name, colorScheme, ...(tag === 'en' ? [] : [tag])].join('-')}.webp`;
      if (picture.length > mostBytes) throw new Error(`${file} has ${picture.length} bytes, more than ${mostBytes}`);
      await writeFile(join(folder, file), picture);
    }
  }
  await page.close();
  return tags.length * only.length;
}
