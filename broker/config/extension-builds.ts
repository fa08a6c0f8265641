import { createHash } from 'node:crypto';
import { extensionIds } from '@latchkey/shared/extension-ids.ts';

/** A build of the extension that may sign people in. */
export interface ExtensionBuild {
  browser: 'chrome' | 'firefox';
  id: string;
  /** The redirect URI that the browser assigns to it. No other redirect URI is accepted from an extension. */
  redirectUri: string;
}

const ids = extensionIds((algorithm, data) => createHash(algorithm).update(data).digest('hex'));

/** The builds that `chrome_ids` and `firefox_ids` name. */
export const extensionBuilds = (chromeIds: readonly string[], firefoxIds: readonly string[]): ExtensionBuild[] => [
  ...chromeIds.map((id): ExtensionBuild => ({ browser: 'chrome', id, redirectUri: ids.chromeRedirectUri(id) })),
  ...firefoxIds.map((id): ExtensionBuild => ({ browser: 'firefox', id, redirectUri: ids.firefoxRedirectUri(id) })),
];

/** The Chrome build that a `chrome_key` makes. */
export function chromeExtensionBuild(chromeKey: string): ExtensionBuild {
  const id = ids.chromeId(Buffer.from(chromeKey, 'base64'));
  return { browser: 'chrome', id, redirectUri: ids.chromeRedirectUri(id) };
}
