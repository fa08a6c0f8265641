/**
 * The one file that touches the browser's API. `webextension-polyfill` makes Chromium's `chrome` look like
 * Firefox's `browser`. It throws outside an extension, so only entry files and the modules of `platform/` that
 * they pass on import it; everything else takes what it needs as an argument and runs in Node too.
 */
import browser from 'webextension-polyfill';

export type { Runtime, Tabs } from 'webextension-polyfill';
export { browser };
