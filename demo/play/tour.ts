import { join } from 'node:path';
import type { BrowserName } from '../browser/install.ts';
import { root } from '../program.ts';
import type { Demo } from '../stack.ts';
import { type DemoUser, demoUsers } from '../users.ts';
import { check } from './check.ts';
import { playDevice, type SignedInDevice, type WhoAmI } from './device.ts';
import { playExpiry } from './expiry.ts';
import { playSignIn } from './sign-in.ts';
import { playSignOut } from './sign-out.ts';
import { playSites } from './sites.ts';
import { openStage, type Stage } from './stage.ts';
import { createSteps, type Step } from './step.ts';
import { showTerminal } from './terminal.ts';
import { playTv } from './tv.ts';

export { TourError } from './step.ts';

export interface TourOptions {
  browser: BrowserName;
  now: () => number;
  /** Aborts the tour. */
  stop: AbortSignal;
  say: (line: string) => void;
}

/** Folders of the tour's screenshots, below the project's. */
const screenshots: Record<BrowserName, string> = { chromium: 'demo/tour', firefox: 'demo/tour-firefox' };

/**
 * Runs the product's main flow in a headless browser, with one line and one screenshot for each step.
 *
 * @throws {TourError} at the first step that fails
 */
export async function playTour(demo: Demo, { browser, now, say, stop }: TourOptions): Promise<void> {
  const [ada] = demoUsers;
  if (!ada) throw new Error('The demo has no users.');
  const stage = await openStage(demo, browser);
  say(`The tour, in a headless ${browser === 'firefox' ? 'Firefox' : 'Chromium'}:`);
  stop.addEventListener('abort', () => void stage.close(), { once: true });
  const step = await createSteps({ folder: join(root, screenshots[browser]), openTabs: () => stage.tabs(), say, now });
  try {
    const popup = await playSignIn(stage, step, ada);
    const sites = await playSites(stage, step);
    await playExpiry(stage, step, sites);
    const device = await playDevice(stage, step, ada);
    await playTv(stage, step, ada);
    await playSignOut(step, popup, sites);
    const { name, scopes, through } = await playLastAnswer(stage, step, device, ada);
    say(
      `The API’s last answer: ${name}, ${scopes.join(' ')}, through ${through}. Screenshots: ${screenshots[browser]}/`,
    );
  } finally {
    await stage.close();
  }
}

/** The device has its own grant, which outlives the browser's session. */
async function playLastAnswer(stage: Stage, step: Step, device: SignedInDevice, user: DemoUser): Promise<WhoAmI> {
  const title = 'The device goes on by its own grant: the API names the person and the scopes';
  return step('device-goes-on', title, async () => {
    const answer = await device.whoAmI();
    check(answer.name === user.name, `the API names ${answer.name}, not ${user.name}`);
    check(answer.scopes.join(' ') === 'orders:read', `the scopes are ${answer.scopes.join(' ')}`);
    const words = `$ curl -H "Authorization: Bearer $(latchkey token)" ${stage.demo.origins.api}/whoami`;
    return { page: await showTerminal(stage, `${words}\n${JSON.stringify(answer, null, 2)}\n`), result: answer };
  });
}
