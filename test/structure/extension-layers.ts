import type { Violation } from './violations.ts';

const browserApi =
  "Only extension/platform/browser.ts touches the browser's API: import from extension/platform/ instead.";
const bridge =
  'The bridge runs in every page of a site and shares its process, so it must be small and hold no secret: use native APIs, and send the background a message.';
const valibot =
  'The bridge runs in every page of a site, and valibot alone is larger than it: check by hand, as bridge/request.ts does.';
const pages =
  "The extension's pages are a world of their own: ask the background over the port (protocol/ui.ts), and put what both need into protocol/.";
const background = 'The background has no pages: put what both need into protocol/ or platform/.';
const protocol = 'protocol/ is what two worlds agree on and imports @latchkey/shared/ only: move what you need here.';
const platform =
  "platform/ wraps the browser's API and knows nothing of its callers: pass what it needs as an argument.";

/** What lint refuses within the extension. */
export const extensionLayers: Violation[] = [
  ...['background', 'background/tokens', 'bridge', 'ui', 'protocol', 'platform'].map((room) => ({
    where: `extension/${room}`,
    code: "import 'webextension-polyfill';",
    refused: browserApi,
  })),
  { where: 'extension/bridge', code: "import 'valibot';", refused: valibot },
  { where: 'extension/bridge', code: "import '../background/compose.ts';", refused: bridge },
  { where: 'extension/bridge', code: "import '../ui/mount.tsx';", refused: bridge },
  { where: 'extension/bridge', code: "import '../platform/browser.ts';", refused: bridge },
  { where: 'extension/ui', code: "import '../background/compose.ts';", refused: pages },
  { where: 'extension/ui/options', code: "import '../../background/tokens/tokens.ts';", refused: pages },
  { where: 'extension/ui', code: "import '../bridge/relay.ts';", refused: pages },
  { where: 'extension/background', code: "import '../ui/mount.tsx';", refused: background },
  { where: 'extension/background/handlers', code: "import '../../bridge/relay.ts';", refused: background },
  { where: 'extension/protocol', code: "import '../platform/browser.ts';", refused: protocol },
  { where: 'extension/platform', code: "import '../background/compose.ts';", refused: platform },
  { where: 'extension/platform', code: "import '../protocol/ui.ts';", refused: platform },
];
