import { browser } from './browser.ts';

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
}

export const identity: Identity = {
  redirectUri: () => browser.identity.getRedirectURL(),
  launch: (url) => browser.identity.launchWebAuthFlow({ url, interactive: true }),
};
