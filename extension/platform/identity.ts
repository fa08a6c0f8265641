import { browser } from './browser.ts';

/** Timeout of a sign-in without a window. It is short because pages wait for it. */
const silentMs = 8_000;

/** Chromium only, for providers that redirect by script. Firefox rejects properties that it doesn't know. */
const waitForScripts = { abortOnLoadForNonInteractive: false, timeoutMsForNonInteractive: silentMs };
const isFirefox = 'getBrowserInfo' in browser.runtime;

/** The browser's sign-in window. */
export interface Identity {
  /** Where the provider redirects to. Only the browser receives that request. */
  redirectUri(): string;
  /**
   * Opens the window and waits.
   *
   * @returns the URL that the provider redirected to
   * @throws if the user closes the window or its page doesn't load; browsers have no stable way to tell these apart
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
  launch: (url) => browser.identity.launchWebAuthFlow({ url, interactive: true }),
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
