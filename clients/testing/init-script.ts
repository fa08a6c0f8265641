import { type FakeLatchkeyOptions, fakeLatchkey } from './fake-latchkey.ts';

/**
 * The stand-in as a script that a browser runs in each document before the page's own, such as Playwright's
 * `addInitScript`. In the page, `window.fakeLatchkey` controls it.
 *
 * Not in a frame: there, `@latchkey/page` finds no extension, real or not.
 *
 * @example
 * await page.addInitScript({ content: initScript({ account: { sub: 'ada' }, granted: { [api]: ['orders:read'] } }) });
 * await page.goto('/');
 * await page.evaluate(() => window.fakeLatchkey.signOut());
 */
export const initScript = (options: Omit<FakeLatchkeyOptions, 'window'> = {}): string =>
  `window.fakeLatchkey = (${fakeLatchkey})(${JSON.stringify(options)});`;
