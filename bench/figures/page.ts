import type { BenchBrowser } from '../browser.ts';
import { type PageLibrary, pageLibraries } from '../peers/page-libraries.ts';
import { compareAll, type Figure } from '../rounds.ts';

/** A token that is in the cache already, asked for in a page, compared with the libraries of other products. */
export async function pageFigures(browser: BenchBrowser, peers: boolean): Promise<Figure[]> {
  await using page = await browser.openWarmPage();
  const turn = (library: PageLibrary) => async () => ({ p50Ms: await page.warm(library) });
  return await compareAll({
    name: 'token in a page, cached',
    ours: turn('latchkey'),
    others: (peers ? await pageLibraries() : []).map(({ id, name }) => ({ name, turn: turn(id) })),
  });
}
