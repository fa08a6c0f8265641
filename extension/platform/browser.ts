/**
 * The one place that knows the polyfill: Chromium calls its API `chrome`, Firefox `browser`. When every
 * supported browser has `browser.*`, this file becomes `export const browser = globalThis.browser`.
 */
import browser from 'webextension-polyfill';

export type { Runtime } from 'webextension-polyfill';
export { browser };
