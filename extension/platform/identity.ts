import { browser } from './browser.ts';

/** How long a sign-in without a window may take: pages wait for it. */
const silentMs = 8_000;

/** Chromium's own, for providers that redirect by script; Firefox refuses properties that it doesn't know. */
const waitForScripts = { abortOnLoadForNonInteractive: false, timeoutMsForNonInteractive: silentMs };
const isFirefox = 'getBrowserInfo' in browser.runtime;

/** The sign-in window of the browser. */
export interface Identity {
  /** Where the provider must send the person back to; the browser alone receives it. */
  redirectUri(): string;
  /**
   * Opens the window and waits.
   *
   * @returns the URL that the provider redirected to
   * @throws when the window is closed or its page cannot be loaded; browsers don't tell which in a stable way
   */
  launch(url: string): Promise<string>;
  /**
   * Goes the same way without a window. Firefox follows redirects of HTTP only, and no script.
   *
   * @throws where the way ends at a page instead of our redirect URI, or takes longer than eight seconds
   */
  launchSilently(url: string): Promise<string>;
}

export const identity: Identity = {
  redirectUri: () => browser.identity.getRedirectURL(),
  launch: (url) => browser.identity.launchWebAuthFlow({ url, interactive: true }),
  async launchSilently(url) {
    const details = { url, interactive: false, ...(isFirefox ? {} : waitForScripts) };
    const { promise: late, reject } = Promise.withResolvers<never>();
    // Firefox has no time-out of its own; Chromium's comes first.
    const timer = setTimeout(reject, silentMs + 500, new Error('the provider took too long'));
    try {
      return await Promise.race([browser.identity.launchWebAuthFlow(details), late]);
    } finally {
      clearTimeout(timer);
    }
  },
};
