import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, realpath, rm, rmdir, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { findFirefox } from '../../../demo/browser/find.ts';
import { thisMachine } from '../../../demo/browser/machine.ts';
import { demoFirefoxId } from '../../../demo/extension-key.ts';
import type { Demo } from '../../../demo/stack.ts';
import { zipFolder } from '../../../extension/packaging/zip.ts';

/** A policy of the organization, where the browser looks for one. */
export interface PolicyFile {
  remove(): Promise<void>;
}

/** Where builds of Chromium look: distributions' own, and Playwright's download. */
const chromiumFolders = ['/etc/chromium/policies/managed', '/etc/opt/chrome_for_testing/policies/managed'];

/**
 * Writes a policy for one extension into Chromium's own folder, as a file of its own name. Only an administrator may;
 * no switch names another folder.
 *
 * @returns `undefined` where we are no administrator
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

/** Takes away the folders that were made, as far as nobody else has put something into them. */
async function removeEmpty(folder: string, first: string): Promise<void> {
  try {
    for (let next = folder; next.length >= first.length; next = dirname(next)) await rmdir(next);
  } catch {
    // Somebody else's by now.
  }
}

/**
 * Makes an installation of Firefox in `dir` that has a policy of its own: links to the installed one, and the folder
 * `distribution`. Nobody needs to be an administrator, and no other Firefox sees it. The policy installs the extension by
 * force, and configures it.
 *
 * @param policy what the extension finds in `storage.managed`
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
    // Firefox looks for what is beside its own program, wherever a link leads from there.
    if (name === basename(executable)) await copyFile(executable, join(to, name));
    else if (name !== 'distribution') await symlink(join(from, name), join(to, name)).catch(ignoreExisting);
  }
  return join(to, basename(executable));
}

/** The program itself: what is found first may be a script that starts it (Debian's `firefox`). */
async function programOf(path: string): Promise<string> {
  const file = await realpath(path);
  const bytes = await readFile(file);
  if (bytes.toString('latin1', 0, 2) !== '#!') return file;
  const started = [...bytes.toString().matchAll(/^exec "?([\w./-]+)/gm)].at(-1)?.[1];
  if (started === undefined) throw new Error(`${file} is a script that starts nobody knows what`);
  return programOf(resolve(dirname(file), started));
}

/** Made once for each place. */
function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
