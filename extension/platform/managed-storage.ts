import { browser } from './browser.ts';

/** Returns the organization's policy (`storage.managed`) unchecked, or `{}` if there is none. */
export async function readManagedStorage(): Promise<Record<string, unknown>> {
  try {
    return await browser.storage.managed.get(null);
  } catch {
    // Firefox rejects if no policy names this extension.
    return {};
  }
}
