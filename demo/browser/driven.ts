/** A tab or window of a browser that a program drives. `../play/tab.ts` has helpers on top of it. */
export interface Tab {
  url(): Promise<string>;
  /** Runs an expression in the page, bypassing its content security policy, and awaits its promise. */
  evaluate<T>(expression: string): Promise<T>;
  /** A real click, which counts as user activation. */
  click(selector: string): Promise<void>;
  /** Moves the pointer to an element. */
  hover(selector: string): Promise<void>;
  /** Replaces the text of a field. */
  type(selector: string, text: string): Promise<void>;
  goto(url: string): Promise<void>;
  back(): Promise<void>;
  reload(): Promise<void>;
  toFront(): Promise<void>;
  /** Sets the size of the page, in CSS pixels. */
  resize(size: Size): Promise<void>;
  /** Takes a picture of what is visible, as a PNG file. */
  screenshot(path: string): Promise<void>;
  /** Waits for the answer to the first request with a bearer token that the page sends while `act` runs or after it. */
  bearerAnswer(act: () => Promise<unknown>): Promise<BearerAnswer>;
  close(): Promise<void>;
  isClosed(): Promise<boolean>;
}

export interface Size {
  width: number;
  height: number;
}

export interface BearerAnswer {
  /** The HTTP status. */
  status: number;
  /** The token that the request had. */
  token: string;
}

/** A browser with the extension, driven by a program. One implementation per browser. */
export interface DrivenBrowser {
  /** Whether the extension opened its welcome page. The page is already closed. */
  greeted: boolean;
  tabs(): Promise<Tab[]>;
  newTab(): Promise<Tab>;
  /** A page of the extension, such as `ui/popup.html`, as a tab. */
  openExtensionPage(path: string): Promise<Tab>;
  /** The URL of a page of the extension. */
  extensionUrl(path: string): string;
  /** Calls `hear` with the URL of every tab and window that opens from now on. It can be the empty first one. */
  onOpened(hear: (url: string) => void): void;
  close(): Promise<void>;
}

/** The size of a page in a headless browser, if nothing else is said. */
export const pageSize: Size = { width: 1_100, height: 800 };

export const bearerOf = (headers: Readonly<Record<string, string>>): string | undefined =>
  /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
