import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Page } from 'playwright';

/**
 * Takes a screenshot of the whole page as WebP. Playwright supports only PNG and JPEG, which are three times as large.
 *
 * @param mostBytes size limit, because the pictures are part of the repository
 */
export async function photograph(page: Page, file: string, mostBytes = 40_960): Promise<void> {
  const { width, height } = page.viewportSize() ?? { width: 960, height: 640 };
  const whole = await page.evaluate(() => document.documentElement.scrollHeight);
  const devtools = await page.context().newCDPSession(page);
  const { data } = await devtools.send('Page.captureScreenshot', {
    format: 'webp',
    quality: 70,
    captureBeyondViewport: true,
    clip: { x: 0, y: 0, width, height: Math.max(whole, height), scale: Math.min(1, 1_280 / width) },
  });
  await devtools.detach();
  const picture = Buffer.from(data, 'base64');
  if (picture.length > mostBytes)
    throw new Error(`${basename(file)} has ${picture.length} bytes, more than ${mostBytes}`);
  await writeFile(file, picture);
}
