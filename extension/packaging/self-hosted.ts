import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installPolicies } from '@latchkey/shared/rollout/install-policies.ts';
import type { SelfHostedUrls } from '@latchkey/shared/rollout/self-hosted-urls.ts';
import { strFromU8, unzipSync } from 'fflate';
import { packCrx } from './crx.ts';
import { chromeExtensionId } from './extension-id.ts';
import { updatesJson, updateXml } from './update-manifests.ts';

/** What browsers install from an organization's own web server. */
export interface SelfHosted {
  version: string;
  urls: SelfHostedUrls;
  /** The zipped build of each browser. */
  zips: Readonly<Record<'chrome' | 'firefox', Uint8Array>>;
  chromeKey: string;
  firefoxId: string;
  /** Signs the CRX. */
  privateKey: KeyObject;
  /** The XPI as Mozilla has signed it. Without it, the unsigned one is written. */
  signedXpi?: Uint8Array | undefined;
}

/** What the files can't be made of. The message says what to do. */
export class SelfHostedError extends Error {
  override readonly name = 'SelfHostedError';
}

/**
 * Writes packages and update manifests to `dir`, for a web server, and policies to `dir`/policies, for browsers.
 *
 * @returns the paths, relative to `dir`
 */
export async function writeSelfHosted(
  { version, urls, zips, chromeKey, firefoxId, privateKey, signedXpi }: SelfHosted,
  dir: string,
): Promise<string[]> {
  if (signedXpi) checkSignedXpi(signedXpi, firefoxId, version);
  const xpi = signedXpi ?? zips.firefox;
  const chromeId = chromeExtensionId(chromeKey);
  const files = new Map<string, string | Uint8Array>([
    // Their names are those of the URLs.
    [nameOf(urls.crxOf(version)), packCrx(zips.chrome, privateKey)],
    [nameOf(urls.xpiOf(version)), xpi],
    [nameOf(urls.xpi), xpi],
    [nameOf(urls.updateXml), updateXml(chromeId, version, urls)],
    [nameOf(urls.updatesJson), updatesJson(firefoxId, version, createHash('sha256').update(xpi).digest('hex'), urls)],
  ]);
  for (const [name, policy] of installPolicies({ chromeId, firefoxId, urls }))
    files.set(join('policies', name), policy);
  await mkdir(join(dir, 'policies'), { recursive: true });
  for (const [name, content] of files) await writeFile(join(dir, name), content);
  return [...files.keys()];
}

const nameOf = (url: string): string => url.slice(url.lastIndexOf('/') + 1);

/**
 * Reads the key that signs the CRX.
 *
 * @throws {SelfHostedError} if it can't be read, or gives another ID than the configured `chrome_key`
 */
export async function readExtensionKey(file: string, chromeKey: string): Promise<KeyObject> {
  const pem = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new SelfHostedError(`can't read the extension's key ${file} (${error.code}). Name it with --key`);
  });
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw new SelfHostedError(`${file} is not a private key in PEM. Name the extension's key with --key`);
  }
  if (createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64') !== chromeKey) {
    throw new SelfHostedError(
      `${file} is not the private half of extension.chrome_key: browsers would take the package for another extension`,
    );
  }
  return key;
}

/** Firefox's release doesn't install what Mozilla hasn't signed, and nothing says so on the person's machine. */
function checkSignedXpi(xpi: Uint8Array, firefoxId: string, version: string): void {
  const files = readZip(xpi);
  if (!files?.['META-INF/mozilla.rsa']) throw new SelfHostedError("the signed XPI has no signature of Mozilla's");
  const manifest = JSON.parse(strFromU8(files['manifest.json'] ?? new Uint8Array())) as {
    version?: string;
    browser_specific_settings?: { gecko?: { id?: string } };
  };
  const id = manifest.browser_specific_settings?.gecko?.id;
  if (manifest.version !== version || id !== firefoxId) {
    throw new SelfHostedError(
      `the signed XPI is ${id} ${manifest.version}, and not ${firefoxId} ${version}: sign the one that this command has written`,
    );
  }
}

function readZip(bytes: Uint8Array): Record<string, Uint8Array> | undefined {
  try {
    return unzipSync(bytes, { filter: ({ name }) => name === 'manifest.json' || name === 'META-INF/mozilla.rsa' });
  } catch {
    return undefined;
  }
}
