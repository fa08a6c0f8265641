import { join } from 'node:path';
import { root } from '../program.ts';
import type { Demo } from '../stack.ts';
import { demoUsers } from '../users.ts';
import { playExpiry } from './expiry.ts';
import { playSignIn } from './sign-in.ts';
import { playSignOut } from './sign-out.ts';
import { playSites } from './sites.ts';
import { openStage } from './stage.ts';
import { createSteps } from './step.ts';

export { TourError } from './step.ts';

export interface TourOptions {
  /** Path of the browser. */
  executable: string;
  now: () => number;
  say: (line: string) => void;
}

/** Where the tour leaves its screenshots. */
export const screenshots = join(root, 'demo', 'tour');

/**
 * Plays the whole main job in a headless browser: one line and one screenshot a step.
 *
 * @throws {TourError} at the first step that fails
 */
export async function playTour(demo: Demo, { executable, now, say }: TourOptions): Promise<void> {
  const [ada] = demoUsers;
  if (!ada) throw new Error('The demo has no users.');
  say('The tour, in a headless browser:');
  const step = await createSteps({ folder: screenshots, say, now });
  const stage = await openStage(demo, executable);
  try {
    const popup = await playSignIn(stage, step, ada);
    const sites = await playSites(stage, step);
    await playExpiry(stage, step, sites);
    await playSignOut(step, popup, sites);
  } finally {
    await stage.close();
  }
}
