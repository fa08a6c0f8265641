import { browser } from './browser.ts';

/** What the organization's policy says (`storage.managed`), not yet checked; nothing where there is no policy. */
export async function readManagedStorage(): Promise<Record<string, unknown>> {
  try {
    return await browser.storage.managed.get(null);
  } catch {
    // Firefox: no policy names this extension.
    return {};
  }
}
