import { afterAll, beforeAll, describe } from 'vitest';
import type { RunningDemo } from '../../../demo/stack.ts';
import type { Browser } from './browser.ts';
import { accessCases } from './cases/access.ts';
import { accountCases } from './cases/accounts.ts';
import { deviceCases } from './cases/devices.ts';
import { faultCases } from './cases/faults.ts';
import { hostileCases } from './cases/hostile.ts';
import { pageCases } from './cases/pages.ts';
import { quickstartCases } from './cases/quickstarts.ts';
import { secondThoughtCases } from './cases/second-thoughts.ts';
import { signInCases } from './cases/sign-in.ts';
import { storedStateCases } from './cases/stored-state.ts';
import { tokenCases } from './cases/tokens.ts';
import { toolbarIconCases } from './cases/toolbar-icon.ts';
import { startBrowser } from './start.ts';

/** The end-to-end cases in one browser. `npm run e2e` ends with a table of all browsers. */
export function browserSuite(name: string, open: (demo: RunningDemo) => Promise<Browser>): void {
  describe(name, () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await startBrowser(open);
    });
    afterAll(() => browser?.close());
    const running = () => browser;
    signInCases(running);
    // Before the cases in which people say no: a site that was refused can't ask for a few seconds.
    toolbarIconCases(running);
    secondThoughtCases(running);
    accessCases(running);
    tokenCases(running);
    accountCases(running);
    deviceCases(running);
    hostileCases(running);
    pageCases(running);
    quickstartCases(running);
    faultCases(running);
    storedStateCases(running);
  });
}
