import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';

const root = join(import.meta.dirname, '../..');

const report = v.object({
  diagnostics: v.array(v.object({ message: v.string(), location: v.object({ path: v.string() }) })),
});

const lint = (folder: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const linter = join(root, 'node_modules/.bin/biome');
    execFile(
      linter,
      ['lint', '--reporter=json', '--max-diagnostics=none', '.'],
      { cwd: folder },
      (error, stdout, stderr) => {
        if (error && typeof error.code !== 'number') reject(new Error(stderr, { cause: error }));
        else resolve(stdout);
      },
    );
  });

/**
 * Lints each piece of code as a file of its folder, in a copy of the tree that has the rules and nothing else. Rules
 * for imports read the specifier: what it names need not exist.
 *
 * @returns for each piece its messages, in the same order
 */
export async function lintPlanted(planted: { where: string; code: string }[]): Promise<string[][]> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-planted-'));
  try {
    const rules = JSON.parse(await readFile(join(root, 'biome.json'), 'utf8'));
    // The copy is no repository.
    await writeFile(join(folder, 'biome.json'), JSON.stringify({ ...rules, vcs: { enabled: false } }));
    const paths = planted.map(({ where }, index) => join(where, `planted-${index}.ts`));
    for (const [index, { where, code }] of planted.entries()) {
      await mkdir(join(folder, where), { recursive: true });
      await writeFile(join(folder, paths[index] ?? ''), code);
    }

    const { diagnostics } = v.parse(report, JSON.parse(await lint(folder)));
    return paths.map((path) =>
      diagnostics.filter(({ location }) => join(location.path) === path).map(({ message }) => message),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}
