import { cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../packaging/packages.ts';
import type { Folder } from './folder.ts';

/** Angular's build is a large download. */
export const angularDeadlines = { install: 300_000, program: 180_000 };

/** The quickstart with all that it needs but the packages of this repository, which no registry has. */
async function installAngularQuickstart(folder: Folder): Promise<void> {
  await cp(join(root, 'examples/angular'), folder.dir, { recursive: true });
  const { dependencies, ...manifest } = JSON.parse(await readFile(join(folder.dir, 'package.json'), 'utf8'));
  delete dependencies['@latchkey/angular'];
  await folder.write('package.json', JSON.stringify({ ...manifest, dependencies }));
  await folder.install();
}

/** @throws with what Angular's build says to the templates and types */
export async function ngBuild(folder: Folder): Promise<void> {
  await folder.node(['node_modules/@angular/cli/bin/ng.js', 'build']).catch((error: { stderr: string }) => {
    throw new Error(error.stderr, { cause: error });
  });
}

/**
 * Builds the Angular quickstart in an empty folder, with Angular's own build.
 *
 * @param folder made with `angularDeadlines`
 * @param addLatchkey brings `@latchkey/page` and `@latchkey/angular`, once all else is there
 * @returns the scripts by name; `main` is the one that the page loads
 */
export async function buildAngularQuickstart(
  folder: Folder,
  addLatchkey: () => Promise<void>,
): Promise<{ main: string; scripts: Map<string, string> }> {
  await installAngularQuickstart(folder);
  await addLatchkey();
  await ngBuild(folder);
  const dist = join(folder.dir, 'dist');
  const names = (await readdir(dist)).filter((name) => name.endsWith('.js'));
  const main = names.find((name) => name.startsWith('main'));
  if (main === undefined) throw new Error(`Angular's build wrote no main script, but ${names.join(', ')}`);
  const read = async (name: string) => [name, await readFile(join(dist, name), 'utf8')] as const;
  return { main, scripts: new Map(await Promise.all(names.map(read))) };
}
