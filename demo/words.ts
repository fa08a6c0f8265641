import { relative } from 'node:path';
import type { BrowserName } from './browser/install.ts';
import { firefoxExtension } from './build-extension.ts';
import type { Demo } from './stack.ts';
import { demoUsers } from './users.ts';

/** What the terminal shows once everything runs: where things are, and what to do next. */
export function greeting({ origins, state, extensionDir }: Demo, browser: BrowserName, browserOpens: boolean): string {
  const [ada] = demoUsers;
  const here = (path: string) => {
    const short = relative(process.cwd(), path);
    return short.startsWith('..') ? path : short;
  };
  const where = browserOpens
    ? 'In the browser that opens now'
    : browser === 'firefox'
      ? `In a Firefox that has the extension of ${here(firefoxExtension(extensionDir))} (about:debugging#/runtime/this-firefox, “Load Temporary Add-on…”)`
      : `In a Chromium that has the extension of ${here(extensionDir)} (chrome://extensions, “Load unpacked”)`;
  return `
Latchkey's demo is running. Ctrl-C ends it.

  shop    ${origins.shop}
  notes   ${origins.notes}
  TV      ${origins.tv}
  API     ${origins.api}
  broker  ${origins.broker}  (log: ${here(state.brokerLog)})

${where}:
  1. in the shop, press “Connect”: sign in as ${ada?.username} with ${ada?.password}, and allow it
  2. in delivery notes, press “Load orders”: no login, no question
  3. behind the puzzle piece of the toolbar is Latchkey: account, sites, “Sign out”

On the television (${origins.tv}): open the link behind its QR on this computer.

In another terminal:
  npx latchkey login --issuer ${origins.broker} --client cli
`;
}
