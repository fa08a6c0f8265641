import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright';

/** A step of the tour has failed; the message says which, and how. */
export class TourError extends Error {
  override readonly name = 'TourError';
}

/** Plays one step and photographs the page that it ends on; `name` is the picture's. Returns whatever the step returns. */
export type Step = <T>(name: string, title: string, act: () => Promise<Played<T>>) => Promise<T>;

export interface Played<T> {
  page: Page;
  result: T;
}

export interface StepsOptions {
  /** Where the screenshots go; emptied first. */
  folder: string;
  /** What is photographed when a step fails. */
  openPages: () => readonly Page[];
  say: (line: string) => void;
  now: () => number;
}

/** A counter of steps: one line and one screenshot for each. */
export async function createSteps({ folder, openPages, say, now }: StepsOptions): Promise<Step> {
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
      await page.screenshot({ path: join(folder, `${label}-${name}.png`) });
      say(`  ✓ ${label}  ${title.padEnd(80)} ${String(elapsed).padStart(6)} ms`);
      return result;
    } catch (cause) {
      say(`  ✗ ${label}  ${title}`);
      await Promise.all(openPages().map((page, index) => photograph(page, join(folder, `failed-${index + 1}.png`))));
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new TourError(`The tour stopped at step ${number} (${title}):\n${reason}`, { cause });
    }
  };
}

/** A picture where one can be had: a page that is closing, or hangs, has none. */
const photograph = (page: Page, path: string) => page.screenshot({ path, timeout: 3_000 }).catch(() => undefined);
