import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** The files of a project, relative to the root. */
async function filesOf(where: string): Promise<string[]> {
  const compiler = join(root, 'node_modules/.bin/tsc');
  const { stdout } = await promisify(execFile)(compiler, ['-p', where, '--showConfig'], { cwd: root });
  const folder = where.endsWith('.json') ? dirname(where) : where;
  const { files }: { files: string[] } = JSON.parse(stdout);
  return files.map((file) => join(folder, file));
}

const notSources = ['node_modules', 'dist', '.demo'].map((name) => `**/${name}/**`);

const solution = readFileSync(join(root, 'tsconfig.json'), 'utf8');
const worlds = Array.from(solution.matchAll(/"path": "(.*)"/g), ([, path = '']) => relative(root, join(root, path)));

/** `npm run compare` and test/packages/next.test.ts check these, because they install the libraries that these import. */
const checkedApart = ['examples/compare', 'examples/next'];

it('every source file belongs to a world', async () => {
  const owned = new Set((await Promise.all([...worlds, ...checkedApart].map(filesOf))).flat());
  const files = globSync('**/*.{ts,tsx}', { cwd: root, exclude: notSources });

  expect(files.length).toBeGreaterThan(500);
  expect(files.filter((file) => !owned.has(file))).toEqual([]);
});

it('every world compiles shared/ with its own globals', async () => {
  const shared = (await filesOf('shared')).sort();
  const packages = ['clients/page', 'clients/api', 'clients/device', 'broker'];

  for (const world of [...packages, 'extension/bridge', 'extension/background', 'extension/ui']) {
    const files = (await filesOf(world)).filter((file) => file.startsWith('shared/'));
    expect(files.sort(), world).toEqual(shared);
  }
});
