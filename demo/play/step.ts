import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Tab } from '../browser/driven.ts';

/** A step of the tour failed. The message says which one and why. */
export class TourError extends Error {
  override readonly name = 'TourError';
}

/** Runs one step and takes a screenshot of the tab at its end, called `name`. Returns the step's result. */
export type Step = <T>(name: string, title: string, act: () => Promise<Played<T>>) => Promise<T>;

export interface Played<T> {
  page: Tab;
  result: T;
}

export interface StepsOptions {
  /** The folder of the screenshots. It is emptied first. */
  folder: string;
  /** The tabs whose screenshots are taken if a step fails. */
  openTabs: () => Promise<readonly Tab[]>;
  say: (line: string) => void;
  now: () => number;
}

/** Counts the steps, with one line and one screenshot for each. */
export async function createSteps({ folder, openTabs, say, now }: StepsOptions): Promise<Step> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  let number = 0;

  return async (name, title, act) => {
    number += 1;
    const label = String(number).padStart(2, '0');
    const begun = now();
    try {
      const { page, result } = await act();
      const elapsed = Math.round(now() - begun);
      await page.screenshot(join(folder, `${label}-${name}.png`));
      say(`  ✓ ${label}  ${title.padEnd(80)} ${String(elapsed).padStart(6)} ms`);
      return result;
    } catch (cause) {
      say(`  ✗ ${label}  ${title}`);
      const tabs = await openTabs().catch(() => []);
      await Promise.all(tabs.map((tab, index) => photograph(tab, join(folder, `failed-${index + 1}.png`))));
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new TourError(`The tour stopped at step ${number} (${title}):\n${reason}`, { cause });
    }
  };
}

/** Takes a screenshot if possible. A tab that is closing or hangs has none. */
const photograph = (tab: Tab, path: string) =>
  Promise.race([tab.screenshot(path), sleep(3_000, undefined, { ref: false })]).catch(() => undefined);
