/** A browser with the extension. */
export interface DevBrowser {
  /** Whether the browser's sandbox is off. */
  hasNoSandbox?: boolean;
  /** Resolves when the person has closed it. */
  ended: Promise<void>;
  /**
   * Reads the extension's folder again.
   *
   * @throws {LaunchError} if the browser has ended, or refuses it
   */
  reloadExtension(): Promise<void>;
  close(): Promise<void>;
}

export interface LaunchOptions {
  /** The browser's path. */
  executable: string;
  /** The folder of the unpacked extension. */
  extensionDir: string;
  /** The folder of the browser's profile. It is created. */
  profileDir: string;
  /** The page to open. */
  url: string;
}

/** The browser did not start, or refused the extension. */
export class LaunchError extends Error {
  override readonly name = 'LaunchError';
}
