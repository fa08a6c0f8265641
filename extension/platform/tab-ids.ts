import { browser } from './browser.ts';

/** The IDs of all tabs. It needs no permission. */
export async function tabIds(): Promise<number[]> {
  const tabs = await browser.tabs.query({});
  return tabs.flatMap(({ id }) => id ?? []);
}
