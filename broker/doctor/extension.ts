import type { Config } from '../config/types.ts';
import { about, type Finding } from './finding.ts';

const browsers = { chrome: 'Chrome and Edge', firefox: 'Firefox' } as const;

/** Lists the extension's builds with their redirect URIs, and checks that a build with `chrome_key` is one of them. */
export function checkExtension({ extension: { builds, idOfKey } }: Config): Finding[] {
  const check = about('extension');
  const findings = builds.map(({ browser, id, redirectUri }) =>
    check.ok(`${id} (${browsers[browser]}) signs in with the redirect URI ${redirectUri}`),
  );
  if (idOfKey !== undefined && !builds.some(({ id }) => id === idOfKey)) {
    findings.push(
      check.failed(
        `chrome_key gives your build the ID ${idOfKey}, which extension.chrome_ids lacks`,
        `Add ${idOfKey} to extension.chrome_ids. Until then, nobody can sign in with that build.`,
      ),
    );
  }
  return findings;
}
