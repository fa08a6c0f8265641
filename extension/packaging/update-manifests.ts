import { escapeXml } from '@latchkey/shared/rollout/mobile-config.ts';
import type { SelfHostedUrls } from '@latchkey/shared/rollout/self-hosted-urls.ts';

/**
 * What Chrome and Edge read to find the newest package (`update.xml`).
 *
 * @see https://developer.chrome.com/docs/extensions/how-to/distribute/host-on-linux#update_manifest
 */
export const updateXml = (
  chromeId: string,
  version: string,
  { crxOf }: SelfHostedUrls,
): string => `<?xml version="1.0" encoding="UTF-8"?>
<gupdate xmlns="http://www.google.com/update2/response" protocol="2.0">
  <app appid="${escapeXml(chromeId)}">
    <updatecheck codebase="${escapeXml(crxOf(version))}" version="${escapeXml(version)}"/>
  </app>
</gupdate>
`;

/**
 * What Firefox reads to find the newest package (`updates.json`).
 *
 * @param sha256 of the package, in hexadecimal
 * @see https://extensionworkshop.com/documentation/manage/updating-your-extension/#manifest-structure
 */
export const updatesJson = (firefoxId: string, version: string, sha256: string, { xpiOf }: SelfHostedUrls): string => {
  const update = { version, update_link: xpiOf(version), update_hash: `sha256:${sha256}` };
  return `${JSON.stringify({ addons: { [firefoxId]: { updates: [update] } } }, null, 2)}\n`;
};
