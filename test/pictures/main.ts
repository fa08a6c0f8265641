import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright';
import { findChromium } from '../../demo/browser/find.ts';
import { root } from '../../demo/program.ts';
import { scriptOptions } from '../../packaging/script-options.ts';
import { photograph } from './camera.ts';
import { takeExtension } from './extension/take.ts';
import { openGallery } from './gallery.ts';
import { states } from './states.ts';

scriptOptions(
  "npm run pictures\n\nTakes pictures of every state of the broker's and the extension's pages, for review. Replaces docs/images.",
  {},
);

interface Screen {
  name: string;
  width: number;
  height: number;
  /** The states that it shows. Absent for all. */
  only?: readonly string[];
  tags?: readonly string[];
}

const themes = ['light', 'dark'] as const;
const main = ['code-filled', 'providers', 'confirm', 'allowed'];
const screens: readonly Screen[] = [
  { name: 'desktop', width: 960, height: 640 },
  { name: 'phone', width: 375, height: 667 },
  { name: 'tv', width: 1_920, height: 1_080, only: main },
  { name: 'phone', width: 375, height: 667, only: main, tags: ['ar', 'de', 'es', 'ja'] },
];

/** An empty folder of docs/images/. */
async function emptied(name: string): Promise<string> {
  const folder = join(root, 'docs', 'images', name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  return folder;
}

const folder = await emptied('device');
const gallery = await openGallery();
const browser = await chromium.launch({ executablePath: await findChromium(), chromiumSandbox: false });
try {
  let taken = 0;
  for (const screen of screens) for (const theme of themes) taken += await take(browser, screen, theme);
  console.log(`${taken} pictures of ${states.size} states in docs/images/device/`);
  console.log(`${await takeExtension(browser, await emptied('extension'))} pictures in docs/images/extension/`);
} finally {
  await browser.close();
  await gallery.close();
}

/** @returns the number of pictures */
async function take(
  browser: Browser,
  { name, width, height, only = [...states.keys()], tags = ['en'] }: Screen,
  colorScheme: (typeof themes)[number],
): Promise<number> {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  for (const tag of tags) {
    for (const state of only) {
      await page.goto(gallery.url(state, tag));
      const file = `${[state, name, colorScheme, ...(tag === 'en' ? [] : [tag])].join('-')}.webp`;
      await photograph(page, join(folder, file));
    }
  }
  await page.close();
  return tags.length * only.length;
}
