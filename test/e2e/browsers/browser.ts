import type { RunningDemo } from '../../../demo/stack.ts';

/** A tab or window of a real browser, as far as the cases need one. What can be built on these is in `tab.ts`. */
export interface Tab {
  url(): Promise<string>;
  /** Runs an expression in the page, past its content security policy, and waits for its promise. */
  evaluate<T>(expression: string): Promise<T>;
  /** A real click, which the page sees as the person's. */
  click(selector: string): Promise<void>;
  type(selector: string, text: string): Promise<void>;
  goto(url: string): Promise<void>;
  back(): Promise<void>;
  reload(): Promise<void>;
  toFront(): Promise<void>;
  close(): Promise<void>;
  isClosed(): Promise<boolean>;
}

/** A document that the test serves at an address of its choice. */
export interface Served {
  body: string;
  headers: Record<string, string>;
}

/** A real browser with the extension, beside a running demo. One implementation a browser, one list of cases for all. */
export interface Browser {
  demo: RunningDemo;
  /** Whether the extension opened its welcome page, which is closed by now. */
  greeted: boolean;
  tabs(): Promise<Tab[]>;
  /** @param served documents by URL, which the tab gets instead of what the network has */
  newTab(served?: ReadonlyMap<string, Served>): Promise<Tab>;
  /** A tab apart from the others: in a private window (Chromium) or a container (Firefox). */
  newTabApart(served?: ReadonlyMap<string, Served>): Promise<Tab>;
  /** A page of the extension, such as `ui/popup.html`, as a tab. */
  openExtensionPage(path: string): Promise<Tab>;
  /** The address of a page of the extension. */
  extensionUrl(path: string): string;
  /** Forgets a host's cookies. */
  clearCookies(host: string): Promise<void>;
  /** Ends the extension's background, as browsers do when it is idle. Returns when it has stopped. */
  stopBackground(): Promise<void>;
  /** Calls `(self) => …`, given as source, in the background, which is woken for it. */
  inBackground<T>(source: string): Promise<T>;
  /** Installs the extension anew under the open tabs, as an update does. Its own pages close. */
  updateExtension(): Promise<void>;
  close(): Promise<void>;
}
