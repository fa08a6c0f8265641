import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { bundle } from './bundle.ts';
import { minified } from './minified.ts';
import { packages, root } from './packages.ts';
import { scriptOptions } from './script-options.ts';
import { judge } from './sizes.ts';
import { writeTypes } from './types.ts';

const usage = `npm run build:packages [-- NAME …]

Builds all published packages, or the named ones, each into the dist/ of its folder, and prints the sizes. \`npm pack\` runs
it for the package that it packs.

Packages: ${packages.map(({ name }) => name).join(', ')}`;

const { positionals: names } = scriptOptions(usage, { allowPositionals: true });
const unknown = names.filter((name) => !packages.some((each) => each.name === name));
if (unknown.length > 0) {
  process.stderr.write(
    `No such package: ${unknown.join(', ')}. There are ${packages.map(({ name }) => name).join(', ')}.\n`,
  );
  process.exit(2);
}

for (const each of packages.filter(({ name }) => names.length === 0 || names.includes(name))) {
  await bundle(each);
  if (each.hasTypes) await writeTypes(each);
  for (const entry of Object.keys(each.entries)) {
    const file = join(root, each.dir, 'dist', `${entry}.js`);
    const code = each.isForAngularsCompiler ? await minified(file) : await readFile(file);
    const bytes = gzipSync(code, { level: 9 }).length;
    const { line, fault } = judge(`${each.name} ${entry}`, bytes, each.budgets?.[entry]);
    process.stdout.write(`${line}\n`);
    if (fault === undefined) continue;
    process.stderr.write(`${fault}\n`);
    process.exitCode = 1;
  }
}
