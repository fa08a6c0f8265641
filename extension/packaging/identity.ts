import { chromeExtensionId, chromeRedirectUri, firefoxRedirectUri } from './extension-id.ts';

/** The identity of a build, as the configuration has it. */
export interface Identity {
  chromeKey?: string | undefined;
  chromeIds: readonly string[];
  firefoxIds: readonly string[];
}

/** Why the broker would refuse a build with this identity. Each fault says what to do. */
export function identityFaults({ chromeKey, chromeIds, firefoxIds }: Identity): string[] {
  const faults: string[] = [];
  if (chromeKey === undefined) {
    faults.push(
      'extension.chrome_key is missing: the ID in Chrome would depend on the folder, and the broker would refuse it. Run "latchkey extension key", and put what it prints into the configuration',
    );
  } else if (!chromeIds.includes(chromeExtensionId(chromeKey))) {
    faults.push(
      `extension.chrome_ids lacks ${chromeExtensionId(chromeKey)}, the ID of a build with this chrome_key: the broker would refuse it. Add it`,
    );
  }
  if (firefoxIds.length === 0) {
    faults.push(
      'extension.firefox_ids is empty: the broker would refuse the add-on. Name yours, such as latchkey@example.com',
    );
  }
  return faults;
}

/** The identity of a build in one browser, one fact a line: its ID and the redirect URI for the provider. */
export function identityLines(
  target: 'chrome' | 'firefox',
  build: { chromeKey?: string | undefined; firefoxId: string },
): string[] {
  if (target === 'firefox') return lines(build.firefoxId, firefoxRedirectUri(build.firefoxId));
  if (build.chromeKey === undefined) return ['id            given by the store, or by the folder if loaded unpacked'];
  const id = chromeExtensionId(build.chromeKey);
  return lines(id, chromeRedirectUri(id));
}

const lines = (id: string, redirectUri: string): string[] => [`id            ${id}`, `redirect URI  ${redirectUri}`];
