import type { BenchBrowser } from '../browser.ts';
import { compare, type Figure, type Turn } from '../rounds.ts';
import { median } from '../stats.ts';

const tabsPerTurn = 4;

/**
 * From `connect()` to the first token in a new tab, compared with an extension that only answers: page →
 * content script → background → page. Once with the token in the background, once with a request to the broker.
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
