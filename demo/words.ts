import { relative } from 'node:path';
import type { Demo } from './stack.ts';
import { demoUsers } from './users.ts';

/** What a person reads when everything runs: where things are, and what to do next. */
export function greeting({ origins, state, extensionDir }: Demo, browserOpens: boolean): string {
  const [ada] = demoUsers;
  const here = (path: string) => relative(process.cwd(), path) || '.';
  const first = browserOpens
    ? 'In the browser that opens now'
    : `In a Chromium that has the extension of ${here(extensionDir)} (chrome://extensions, “Load unpacked”)`;
  return `
Latchkey's demo is running. Ctrl-C ends it.

  shop    ${origins.shop}
  notes   ${origins.notes}
  API     ${origins.api}
  broker  ${origins.broker}  (log: ${here(state.brokerLog)})

${first}:
  1. click the key in the toolbar, sign in as ${ada?.username} with ${ada?.password}
  2. in the shop, press “Load orders”: you are asked once. Delivery notes has its orders without asking
  3. in another terminal: npx latchkey login --issuer ${origins.broker} --client cli
`;
}
