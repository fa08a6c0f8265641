/** Code in a folder that may not hold it, with the lint message it must produce. */
export interface Violation {
  /** For the compiler a project, as tsconfig.json references it; for lint the folder that the code is planted in. */
  where: string;
  code: string;
  /** How the compiler's message starts; the whole message of a lint rule. */
  refused: string;
}

const nodeModule = {
  code: "export { readFile } from 'node:fs/promises';",
  refused: "Cannot find name 'node:fs/promises'.",
};
const node = { code: 'process.exitCode = 1;', refused: "Cannot find name 'process'." };
const buffer = { code: "Buffer.from('');", refused: "Cannot find name 'Buffer'." };
const page = { code: "document.title = '';", refused: "Cannot find name 'document'." };
const storage = { code: 'localStorage.clear();', refused: "Cannot find name 'localStorage'." };
const browserWindow = { code: 'window.close();', refused: "Cannot find name 'window'." };
const worker = { code: "importScripts('a.js');", refused: "Cannot find name 'importScripts'." };
const workerScope = { code: 'self.close();', refused: "Cannot find name 'self'." };
const extension = { code: 'browser.runtime.reload();', refused: "Cannot find name 'browser'." };

const notOf = (where: string, ...violations: Omit<Violation, 'where'>[]): Violation[] =>
  violations.map((violation) => ({ where, ...violation }));

/** What the compiler refuses: globals and modules of another world. */
export const foreignGlobals: Violation[] = [
  ...notOf('shared', nodeModule, node, buffer, page, storage, browserWindow),
  ...notOf('clients/page', nodeModule, node, buffer, worker, extension),
  ...notOf('clients/frameworks', nodeModule, node, buffer, worker, extension),
  ...notOf('clients/react', nodeModule, node, buffer, worker, extension),
  ...notOf('clients/vue', nodeModule, node, buffer, worker, extension),
  ...notOf('clients/angular', nodeModule, node, buffer, worker, extension),
  ...notOf('tsconfig.pages.json', nodeModule, node, buffer, worker, extension),
  ...notOf('clients/api', nodeModule, node, buffer, page, storage, browserWindow),
  ...notOf('clients/api/adapters', page, browserWindow, worker),
  ...notOf('clients/device', page, browserWindow, worker),
  ...notOf('clients/cli', page, browserWindow, worker),
  ...notOf('extension/bridge', nodeModule, node, buffer, worker, extension),
  ...notOf('extension/background', nodeModule, node, buffer, page, storage, browserWindow, extension),
  ...notOf('extension/ui', nodeModule, node, buffer, worker, extension),
  ...notOf('broker', page, browserWindow, worker, workerScope),
  ...notOf('tsconfig.tools.json', page, browserWindow, worker),
];

/** What each world does have: the compiler takes it in the same place, so a refusal above means something. */
export const ownGlobals: Pick<Violation, 'where' | 'code'>[] = [
  { where: 'shared', code: "new URL('https://a.test').origin;\ncrypto.randomUUID();" },
  { where: 'clients/page', code: page.code },
  { where: 'clients/frameworks', code: page.code },
  { where: 'clients/react', code: page.code },
  { where: 'clients/vue', code: page.code },
  { where: 'clients/angular', code: page.code },
  { where: 'tsconfig.pages.json', code: page.code },
  { where: 'clients/api', code: "crypto.subtle.digest('SHA-256', new TextEncoder().encode(''));" },
  { where: 'clients/api/adapters', code: nodeModule.code },
  { where: 'clients/device', code: nodeModule.code },
  { where: 'clients/cli', code: node.code },
  { where: 'extension/bridge', code: page.code },
  { where: 'extension/background', code: "self.addEventListener('online', () => fetch('https://a.test'));" },
  { where: 'extension/ui', code: page.code },
  { where: 'broker', code: nodeModule.code },
  { where: 'tsconfig.tools.json', code: node.code },
  { where: 'test', code: `${page.code}\n${node.code}` },
];

const alone = {
  shared: 'shared/ runs in every world and imports from none: move what you need here, or pass it in.',
  broker: 'The broker imports only from itself and @latchkey/shared/: put what both need into shared/.',
  extension: 'The extension imports only from itself and @latchkey/shared/: put what both need into shared/.',
  clients: 'Clients are embedded by other people: they import only from themselves and @latchkey/shared/.',
};

/** What lint refuses: an import that goes up a layer, or to another part. */
export const forbiddenImports: Violation[] = [
  { where: 'shared', code: "import '../broker/errors.ts';", refused: alone.shared },
  { where: 'shared', code: "import '../extension/protocol/ui.ts';", refused: alone.shared },
  { where: 'shared', code: "import '../clients/api/index.ts';", refused: alone.shared },
  { where: 'shared', code: "import '../demo/users.ts';", refused: alone.shared },
  { where: 'shared', code: "import 'node:crypto';", refused: alone.shared },
  { where: 'broker/policy', code: "import '../../extension/protocol/ui.ts';", refused: alone.broker },
  { where: 'broker/oauth', code: "import '../../clients/api/index.ts';", refused: alone.broker },
  { where: 'broker', code: "import '../demo/users.ts';", refused: alone.broker },
  { where: 'extension/background', code: "import '../../broker/errors.ts';", refused: alone.extension },
  { where: 'extension/bridge', code: "import '../../clients/page/index.ts';", refused: alone.extension },
  { where: 'extension/ui', code: "import '../../demo/users.ts';", refused: alone.extension },
  { where: 'clients/page', code: "import '../../extension/protocol/ui.ts';", refused: alone.clients },
  { where: 'clients/frameworks', code: "import '../../demo/users.ts';", refused: alone.clients },
  { where: 'clients/react', code: "import '../../broker/errors.ts';", refused: alone.clients },
  { where: 'clients/vue', code: "import '../../broker/errors.ts';", refused: alone.clients },
  { where: 'clients/angular', code: "import '../../broker/errors.ts';", refused: alone.clients },
  { where: 'clients/api', code: "import '../../broker/errors.ts';", refused: alone.clients },
  { where: 'clients/device', code: "import '../../demo/users.ts';", refused: alone.clients },
];
