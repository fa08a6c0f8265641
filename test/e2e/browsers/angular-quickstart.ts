import { createHash } from 'node:crypto';
import { globSync } from 'node:fs';
import { cp, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundle } from '../../../packaging/bundle.ts';
import { packages, root } from '../../../packaging/packages.ts';
import { writeTypes } from '../../../packaging/types.ts';
import { angularDeadlines, buildAngularQuickstart } from '../../packages/angular-build.ts';
import { createFolder, type Folder } from '../../packages/folder.ts';

/** The API that the quickstart names, which is another one in a browser's test. */
export const quickstartApi = 'https://api.example.com';

export interface BuiltQuickstart {
  /** The name of the script that the page loads. */
  main: string;
  scripts: [name: string, code: string][];
}

/**
 * The Angular quickstart as Angular's own build makes it: a policy like that of the demo's sites lets no page compile
 * templates. It is kept, because that build is a large download, until something changes of which it is made.
 */
export async function builtAngularQuickstart(): Promise<BuiltQuickstart> {
  const kept = join(root, 'node_modules/.cache/angular-quickstart', `${await digestOfSources()}.json`);
  const known = await readFile(kept, 'utf8').catch(() => undefined);
  if (known !== undefined) return JSON.parse(known);
  await using folder = await createFolder(angularDeadlines);
  const { main, scripts } = await buildAngularQuickstart(folder, () => addLatchkey(folder));
  const built: BuiltQuickstart = { main, scripts: [...scripts] };
  await mkdir(join(kept, '..'), { recursive: true });
  // The files of two browsers may build at the same time.
  await writeFile(`${kept}.${process.pid}`, JSON.stringify(built));
  await rename(`${kept}.${process.pid}`, kept);
  return built;
}

/** The packages as they are published, but built beside the `dist/` that another test may be packing. */
async function addLatchkey(folder: Folder): Promise<void> {
  for (const each of packages) {
    if (each.name !== '@latchkey/page' && each.name !== '@latchkey/angular') continue;
    const target = join(folder.dir, 'node_modules', each.name);
    await mkdir(target, { recursive: true });
    await cp(join(root, each.dir, 'package.json'), join(target, 'package.json'));
    await bundle(each, join(target, 'dist'));
    await writeTypes(each, join(target, 'dist'));
  }
}

async function digestOfSources(): Promise<string> {
  const sources = ['clients/{angular,frameworks,page}', 'shared', 'examples/angular'];
  const files = globSync(
    sources.map((folder) => `${folder}/**/*.{ts,json,html}`),
    { cwd: root, exclude: (name) => /^(?:dist|node_modules|testing)$|\.test\.ts$/.test(name.toString()) },
  );
  const hash = createHash('sha256');
  for (const file of files.toSorted()) hash.update(file).update(await readFile(join(root, file)));
  return hash.digest('hex').slice(0, 16);
}
