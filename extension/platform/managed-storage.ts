import { browser } from './browser.ts';

/** Listens for policy changes. Firefox sends no event. Call it before the first `await` of the background. */
export const onManagedStorage = (listener: () => void): void =>
  browser.storage.onChanged.addListener((_changes, area) => {
    if (area === 'managed') listener();
  });

/** Returns the organization's policy (`storage.managed`) unchecked, or `{}` if there is none. */
export async function readManagedStorage(): Promise<Record<string, unknown>> {
  try {
    return await browser.storage.managed.get(null);
  } catch {
    // Firefox rejects if there is no policy for this extension.
    return {};
  }
}
