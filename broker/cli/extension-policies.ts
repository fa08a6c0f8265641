import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installPolicies } from '@latchkey/shared/rollout/install-policies.ts';
import { selfHostedUrls } from '@latchkey/shared/rollout/self-hosted-urls.ts';
import type { ExtensionConfig } from '../config/types.ts';
import { fileFault } from '../file-fault.ts';
import { UsageError } from './usage-error.ts';

/** Where policies are written if nothing else is said. */
export const policyFolder = 'latchkey-policies';

/** What is wrong with the value of `--self-hosted`, if anything. */
export const selfHostedFault = (url: string): string | undefined =>
  selfHostedUrls(url) ? undefined : 'must be the https: URL of a folder, without user, query and fragment';

/**
 * Writes the install policies of the builds that the configuration names first.
 *
 * @param folder URL of the packages
 * @param out folder, which is created
 * @returns the paths of the files
 * @throws UsageError
 */
export function writePolicies(
  { builds, idOfKey }: Pick<ExtensionConfig, 'builds' | 'idOfKey'>,
  folder: string,
  out: string,
): string[] {
  const urls = selfHostedUrls(folder);
  if (!urls) throw new UsageError(`--self-hosted ${selfHostedFault(folder)}`);
  // Without its key, a Chrome ID is a store's, and its packages are not self-hosted.
  const chromeId = builds.find(({ id }) => id === idOfKey)?.id;
  const firefoxId = builds.find(({ browser }) => browser === 'firefox')?.id;
  if (chromeId === undefined && firefoxId === undefined) {
    throw new UsageError(
      'the configuration names no build of your own: run "latchkey extension key", and set extension.chrome_key, chrome_ids and firefox_ids',
    );
  }
  const files = [...installPolicies({ chromeId, firefoxId, urls })].map(([name, text]) => ({
    path: join(out, name),
    text,
  }));
  try {
    mkdirSync(out, { recursive: true });
    for (const { path, text } of files) writeFileSync(path, text);
  } catch (error) {
    const { reason, cure } = fileFault(error, out);
    throw new UsageError(`can't write to ${out}: ${reason}. ${cure}`);
  }
  return files.map(({ path }) => path);
}
