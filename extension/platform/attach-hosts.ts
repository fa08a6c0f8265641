import { baked } from './baked-config.ts';
import { browser } from './browser.ts';

/** The hosts of sites with `attach_tokens` and of their APIs. The user can take the access back in the browser's settings. */
export const attachHosts = {
  /** Whether the extension has access to all of them. */
  async areReachable(): Promise<boolean> {
    const { sites = [], apis = [] } = baked?.attached ?? {};
    const hosts = new Set([...sites, ...apis].map((origin) => new URL(origin).hostname));
    // As the manifest names them: in Chrome, with their ports.
    const { host_permissions: patterns = [] } = browser.runtime.getManifest() as { host_permissions?: string[] };
    return browser.permissions.contains({
      origins: patterns.filter((pattern) => hosts.has(new URL(pattern).hostname)),
    });
  },
};
