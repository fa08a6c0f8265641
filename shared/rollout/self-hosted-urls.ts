import { isWebUrl } from '../origin.ts';

/** Addresses of an extension that an organization hosts itself, all in one folder of a web server. */
export interface SelfHostedUrls {
  /** Chrome and Edge look here for updates. */
  updateXml: string;
  /** Firefox looks here for updates. */
  updatesJson: string;
  /** What Firefox installs first: always the newest version. */
  xpi: string;
  crxOf(version: string): string;
  xpiOf(version: string): string;
}

/**
 * Names the files of a self-hosted extension. The packages and the policies have to agree on them.
 *
 * @param folder URL of the folder, with or without a slash at its end
 * @returns `undefined` if it isn't an https URL (http on loopback only) without user, query and fragment
 */
export function selfHostedUrls(folder: string): SelfHostedUrls | undefined {
  if (!isWebUrl(folder)) return undefined;
  const { origin, pathname, search, hash } = new URL(folder);
  if (search !== '' || hash !== '') return undefined;
  const base = `${origin}${pathname.replace(/\/$/, '')}`;
  return {
    updateXml: `${base}/update.xml`,
    updatesJson: `${base}/updates.json`,
    xpi: `${base}/latchkey.xpi`,
    crxOf: (version) => `${base}/latchkey-${version}.crx`,
    xpiOf: (version) => `${base}/latchkey-${version}.xpi`,
  };
}
