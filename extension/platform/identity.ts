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
  /** Whether the sign-in window is open, and is known from all others. */
  hasWindow(): boolean;
  /** Brings the sign-in window to the front. */
  showWindow(): Promise<void>;
  /** Closes the sign-in window. `launch` then fails as if the user had closed it. */
  closeWindow(): Promise<void>;
  /** Called when the window was opened. */
  onWindow(listener: () => void): void;
}

/**
 * For each `launch` that is in progress, newest last, the windows without toolbars that have opened since.
 * `launchWebAuthFlow` doesn't tell which one is its own, and pages open such windows, too. So it is known only while there
 * is one. A wrong guess would raise or close a page's window in its place.
 */
const opened = new Map<symbol, Set<number>>();
const signInWindow = (): number | undefined => {
  const [id, ...others] = [...opened.values()].findLast(({ size }) => size > 0) ?? [];
  return others.length === 0 ? id : undefined;
};
let tell = (): void => undefined;

/**
 * Whether a window shows what the extension can see: its own page, or a site's. The provider's page isn't one, unless it has
 * the origin that the sign-in went to.
 */
async function isAnothers(id: number, { origin }: URL): Promise<boolean> {
  const { tabs = [] } = await browser.windows.get(id, { populate: true });
  const { url = '', pendingUrl = url } = tabs[0] ?? {};
  // Empty where it can't be seen, and `about:blank` before the page is there.
  return /^(?!about:)./.test(pendingUrl) && !pendingUrl.startsWith(`${origin}/`);
}

export const identity: Identity = {
  redirectUri: () => browser.identity.getRedirectURL(),
  async launch(url) {
    const flow = Symbol();
    const since = new Set<number>();
    const target = new URL(url);
    const onCreated = ({ id, type }: { id?: number | undefined; type?: string | undefined }): void => {
      if (type !== 'popup' || id === undefined) return;
      since.add(id);
      // It may be closed already.
      const isOthers = isAnothers(id, target).catch(() => true);
      void isOthers.then((others) => {
        if (others) since.delete(id);
        tell();
      });
    };
    const onRemoved = (id: number): void => {
      if (since.delete(id)) tell();
    };
    opened.set(flow, since);
    browser.windows.onCreated.addListener(onCreated);
    browser.windows.onRemoved.addListener(onRemoved);
    try {
      return await browser.identity.launchWebAuthFlow({ url, interactive: true });
    } catch (error) {
      if (error instanceof Error && notLoaded.test(error.message)) throw new PageNotLoadedError({ cause: error });
      throw error;
    } finally {
      browser.windows.onCreated.removeListener(onCreated);
      browser.windows.onRemoved.removeListener(onRemoved);
      opened.delete(flow);
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
  hasWindow: () => signInWindow() !== undefined,
  async showWindow() {
    const id = signInWindow();
    // It may have been closed in this moment.
    if (id !== undefined) await browser.windows.update(id, { focused: true }).catch(() => undefined);
  },
  async closeWindow() {
    const id = signInWindow();
    if (id !== undefined) await browser.windows.remove(id).catch(() => undefined);
  },
  onWindow(listener) {
    tell = listener;
  },
};
