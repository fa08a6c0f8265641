import { browser } from './browser.ts';
import { PageNotLoadedError } from './page-not-loaded.ts';

/** Timeout of a sign-in without a window. It is short because pages wait for it. */
const silentMs = 8_000;

/** Chromium only, for providers that redirect by script. Firefox rejects properties that it doesn't know. */
const waitForScripts = { abortOnLoadForNonInteractive: false, timeoutMsForNonInteractive: silentMs };
const isFirefox = 'getBrowserInfo' in browser.runtime;

/**
 * Chromium: "Authorization page could not be loaded." It closes the window over any navigation that ends early: a form
 * that is sent twice, a connection that breaks. The text is all that tells this from a window that the user closed.
 *
 * @see https://source.chromium.org/search?q=%22Authorization%20page%20could%20not%20be%20loaded%22
 */
const notLoaded = /could not be loaded/i;

/** The browser's sign-in window. */
export interface Identity {
  /** Where the provider redirects to. Only the browser receives that request. */
  redirectUri(): string;
  /**
   * Opens the window and waits.
   *
   * @returns the URL that the provider redirected to
   * @throws {PageNotLoadedError} if the window closed because its page didn't load, and any other error if the user
   *   closed the window
   */
  launch(url: string): Promise<string>;
  /**
   * Does the same without a window. Firefox follows HTTP redirects only and runs no scripts.
   *
   * @throws if a page comes instead of the redirect, or after eight seconds
   */
  launchSilently(url: string): Promise<string>;
}

export const identity: Identity = {
  redirectUri: () => browser.identity.getRedirectURL(),
  async launch(url) {
    try {
      return await browser.identity.launchWebAuthFlow({ url, interactive: true });
    } catch (error) {
      if (error instanceof Error && notLoaded.test(error.message)) throw new PageNotLoadedError({ cause: error });
      throw error;
    }
  },
  async launchSilently(url) {
    const details = { url, interactive: false, ...(isFirefox ? {} : waitForScripts) };
    const { promise: late, reject } = Promise.withResolvers<never>();
    // Firefox has no timeout of its own. In Chromium its own timeout comes first.
    const timer = setTimeout(reject, silentMs + 500, new Error('the provider took too long'));
    try {
      return await Promise.race([browser.identity.launchWebAuthFlow(details), late]);
    } finally {
      clearTimeout(timer);
    }
  },
};
