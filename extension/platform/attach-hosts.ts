import { baked } from './baked-config.ts';
import { browser } from './browser.ts';

/** The hosts of sites with `attach_tokens` and of their APIs. The user can take the access back in the browser's settings. */
export const attachHosts = {
  /**
   * Match patterns of those that the extension has no access to.
   *
   * @param sites whose hosts count. Those of the APIs always do: a page doesn't know which of them are its own.
   */
  async missing(sites = baked?.attached?.sites ?? []): Promise<string[]> {
    const hosts = new Set([...sites, ...(baked?.attached?.apis ?? [])].map((origin) => new URL(origin).hostname));
    // As the manifest names them: in Chrome, with their ports.
    const { host_permissions: patterns = [] } = browser.runtime.getManifest() as { host_permissions?: string[] };
    const found = patterns
      .filter((pattern) => hosts.has(new URL(pattern).hostname))
      .map(async (pattern) => ((await browser.permissions.contains({ origins: [pattern] })) ? [] : [pattern]));
    return (await Promise.all(found)).flat();
  },
};
