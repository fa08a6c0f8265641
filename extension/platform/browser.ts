/**
 * The one place that knows how a browser calls its API: Firefox `browser`, Chromium `chrome`. Both answer
 * with promises in manifest version 3 (Chrome from 123 on everywhere we ask), so nothing wraps them.
 */
import type { Browser } from 'webextension-polyfill';

const api = globalThis as { browser?: Browser; chrome?: Browser };
const found = api.browser ?? api.chrome;
if (!found?.runtime?.id) throw new Error('this script runs in extensions only');

export const browser: Browser = found;
export type { Runtime } from 'webextension-polyfill';
