import type { RunningDemo } from '../../../demo/stack.ts';

/** A tab or window of a real browser, with the operations that the cases need. `tab.ts` has helpers on top of them. */
export interface Tab {
  url(): Promise<string>;
  /** Runs an expression in the page, bypassing its content security policy, and awaits its promise. */
  evaluate<T>(expression: string): Promise<T>;
  /** A real click, which counts as user activation. */
  click(selector: string): Promise<void>;
  /** Moves the pointer to an element. */
  hover(selector: string): Promise<void>;
  type(selector: string, text: string): Promise<void>;
  goto(url: string): Promise<void>;
  back(): Promise<void>;
  reload(): Promise<void>;
  toFront(): Promise<void>;
  close(): Promise<void>;
  isClosed(): Promise<boolean>;
}

/** A document that the test serves at any URL it chooses. */
export interface Served {
  body: string;
  headers: Record<string, string>;
}

/** A real browser with the extension, and a running demo. One implementation per browser, the same cases for all. */
export interface Browser {
  demo: RunningDemo;
  /** Whether the extension opened its welcome page. The page is already closed. */
  greeted: boolean;
  tabs(): Promise<Tab[]>;
  /** @param served documents by URL, which the tab gets instead of a network response */
  newTab(served?: ReadonlyMap<string, Served>): Promise<Tab>;
  /** An isolated tab, in a private window (Chromium) or a container (Firefox). */
  newTabApart(served?: ReadonlyMap<string, Served>): Promise<Tab>;
  /** A page of the extension, such as `ui/popup.html`, as a tab. */
  openExtensionPage(path: string): Promise<Tab>;
  /** The URL of a page of the extension. */
  extensionUrl(path: string): string;
  /** Deletes a host's cookies. */
  clearCookies(host: string): Promise<void>;
  /** Stops the extension's background, as browsers do when it is idle. Returns when it has stopped. */
  stopBackground(): Promise<void>;
  /** Calls `(self) => …`, given as source code, in the background. Wakes the background if necessary. */
  inBackground<T>(source: string): Promise<T>;
  /** Reinstalls the extension while tabs are open, like an update. Its own pages close. */
  updateExtension(): Promise<void>;
  close(): Promise<void>;
}
