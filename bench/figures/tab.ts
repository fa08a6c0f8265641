import type { BenchBrowser } from '../browser.ts';
import { compare, type Figure, type Turn } from '../rounds.ts';
import { median } from '../stats.ts';

const tabsPerTurn = 4;

/**
 * From `connect()` to the first token in a tab just opened, beside an extension that does nothing but answer: page →
 * content script → background → page. Once while the background has the token, once while it must ask the broker.
 */
export async function tabFigures(browser: BenchBrowser): Promise<Figure[]> {
  const tabs = async (open: () => Promise<number>): Promise<Turn> => {
    const times: number[] = [];
    while (times.length < tabsPerTurn) times.push(await open());
    return { p50Ms: median(times) };
  };
  const bare = () => tabs(() => browser.inNewTab('echo'));
  return [
    await compare({
      name: 'first token of a new tab, cached',
      ours: () => tabs(() => browser.inNewTab('firstToken')),
      bare,
    }),
    await compare({
      name: 'first token of a new tab, not cached',
      ours: () =>
        tabs(async () => {
          await browser.forgetTokens();
          return browser.inNewTab('firstToken');
        }),
      bare,
    }),
  ];
}
