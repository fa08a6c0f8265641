import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, realpath, rm, rmdir, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { findFirefox } from '../../../demo/browser/find.ts';
import { thisMachine } from '../../../demo/browser/machine.ts';
import { demoFirefoxId } from '../../../demo/extension-key.ts';
import type { Demo } from '../../../demo/stack.ts';
import { zipFolder } from '../../../extension/packaging/zip.ts';

/** A managed policy, in the folder where the browser looks for it. */
export interface PolicyFile {
  remove(): Promise<void>;
}

/** The policy folders of Chromium builds: those of distributions, and Playwright's download. */
const chromiumFolders = ['/etc/chromium/policies/managed', '/etc/opt/chrome_for_testing/policies/managed'];

/**
 * Writes a policy for one extension to Chromium's policy folder, in a separate file. This requires root, because no
 * command-line switch sets another folder.
 *
 * @returns `undefined` without root
 */
export async function writeChromiumPolicy(extensionId: string, policy: object): Promise<PolicyFile | undefined> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
  const name = `latchkey-test-${randomBytes(8).toString('hex')}.json`;
  const made = await Promise.all(
    chromiumFolders.map(async (folder) => [folder, await mkdir(folder, { recursive: true })]),
  );
  const content = JSON.stringify({ '3rdparty': { extensions: { [extensionId]: policy } } });
  for (const folder of chromiumFolders) await writeFile(join(folder, name), content);
  return {
    async remove() {
      for (const folder of chromiumFolders) await rm(join(folder, name), { force: true });
      for (const [folder = '', first] of made) if (first !== undefined) await removeEmpty(folder, first);
    },
  };
}

/** Removes the folders that were created, unless something else is in them. */
async function removeEmpty(folder: string, first: string): Promise<void> {
  try {
    for (let next = folder; next.length >= first.length; next = dirname(next)) await rmdir(next);
  } catch {
    // Something else uses the folder now.
  }
}

/**
 * Creates a Firefox installation in `dir` with its own policy: links to the installed Firefox, and a `distribution`
 * folder. This doesn't require root, and no other Firefox sees the policy. The policy force-installs and configures the
 * extension.
 *
 * @param policy the contents of the extension's `storage.managed`
 * @returns the executable
 */
export async function firefoxWithPolicy(dir: string, demo: Demo, policy: object = {}): Promise<string> {
  const file = join(dir, 'latchkey.xpi');
  await writeFile(file, await zipFolder(join(dirname(demo.extensionDir), 'firefox')));
  const policies = {
    ExtensionSettings: { [demoFirefoxId]: { installation_mode: 'force_installed', install_url: `file://${file}` } },
    '3rdparty': { Extensions: { [demoFirefoxId]: policy } },
  };
  const executable = await programOf(await findFirefox({ ...thisMachine, say: () => undefined }));
  const [from, to] = [dirname(executable), join(dir, 'firefox')];
  await mkdir(join(to, 'distribution'), { recursive: true });
  await writeFile(join(to, 'distribution', 'policies.json'), JSON.stringify({ policies }));
  for (const name of await readdir(from)) {
    // Firefox resolves links to its executable to find its other files, so copy the executable.
    if (name === basename(executable)) await copyFile(executable, join(to, name));
    else if (name !== 'distribution') await symlink(join(from, name), join(to, name)).catch(ignoreExisting);
  }
  return join(to, basename(executable));
}

/** The executable itself. The first match may be a wrapper script, such as Debian's `firefox`. */
async function programOf(path: string): Promise<string> {
  const file = await realpath(path);
  const bytes = await readFile(file);
  if (bytes.toString('latin1', 0, 2) !== '#!') return file;
  const started = [...bytes.toString().matchAll(/^exec "?([\w./-]+)/gm)].at(-1)?.[1];
  if (started === undefined) throw new Error(`${file} is a script that starts nobody knows what`);
  return programOf(resolve(dirname(file), started));
}

/** Created once per location. */
function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
