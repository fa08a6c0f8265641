import type { DrivenBrowser, Tab } from '../../../demo/browser/driven.ts';
import type { RunningDemo } from '../../../demo/stack.ts';

export type { Tab } from '../../../demo/browser/driven.ts';

/** A document that the test serves at any URL it chooses. */
export interface Served {
  body: string;
  headers: Record<string, string>;
}

/** A real browser with the extension, and a running demo. One implementation per browser, the same cases for all. */
export interface Browser extends DrivenBrowser {
  demo: RunningDemo;
  /** @param served documents by URL, which the tab gets instead of a network response */
  newTab(served?: ReadonlyMap<string, Served>): Promise<Tab>;
  /** An isolated tab, in a private window (Chromium) or a container (Firefox). */
  newTabApart(served?: ReadonlyMap<string, Served>): Promise<Tab>;
  /** Deletes a host's cookies. */
  clearCookies(host: string): Promise<void>;
  /** Stops the extension's background, as browsers do when it is idle. Returns when it has stopped. */
  stopBackground(): Promise<void>;
  /** Calls `(self) => …`, given as source code, in the background. Wakes the background if necessary. */
  inBackground<T>(source: string): Promise<T>;
  /** Reinstalls the extension while tabs are open, like an update. Its own pages close. */
  updateExtension(): Promise<void>;
}
