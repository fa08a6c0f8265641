import { join } from 'node:path';
import type { Browser } from 'playwright';
import { photograph } from '../camera.ts';
import { openExtensionGallery } from './gallery.ts';
import { states } from './states.ts';

const themes = ['light', 'dark'] as const;
/** States that are also shown in two other languages: one with long words, and one that is written right to left. */
const main = ['popup-signed-in', 'popup-this-site', 'popup-signed-out', 'consent', 'welcome', 'options', 'diagnostics'];
/** Some pages are long. */
const mostBytes = 65_536;
const otherTags = ['ar', 'de'];

/** Takes a picture of every state of the extension's pages. @returns the number of pictures */
export async function takeExtension(browser: Browser, folder: string): Promise<number> {
  const gallery = await openExtensionGallery();
  let taken = 0;
  try {
    for (const [name, state] of states) {
      for (const tag of ['en', ...(main.includes(name) ? otherTags : [])]) {
        for (const theme of themes) {
          const page = await gallery.open(browser, state, { theme, tag });
          await photograph(
            page,
            join(folder, `${[name, theme, ...(tag === 'en' ? [] : [tag])].join('-')}.webp`),
            mostBytes,
          );
          await page.context().close();
          taken += 1;
        }
      }
    }
  } finally {
    await gallery.close();
  }
  return taken;
}
