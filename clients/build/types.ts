import { spawnSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

/**
 * Writes the declarations of the clients, with specifiers that resolve in other people's projects: `.js` for
 * `.ts`, and paths for `#shared/`, which means something in this package alone.
 *
 * @throws {Error} with the compiler's words
 */
export async function writeTypes({ root, outDir }: { root: string; outDir: string }): Promise<void> {
  const compiler = join(root, 'node_modules/.bin/tsc');
  const { status, stdout, stderr } = spawnSync(compiler, ['-p', join(root, 'clients')], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the declarations could not be written:\n${stdout}${stderr}`);

  const files = (await readdir(outDir, { recursive: true })).filter((name) => name.endsWith('.d.ts'));
  for (const file of files) {
    const path = join(outDir, file);
    await writeFile(path, publicSpecifiers(await readFile(path, 'utf8'), relative(dirname(file), 'shared')));
  }
}

/** @param shared the way from the file to the declarations of `shared/` */
export const publicSpecifiers = (declarations: string, shared: string): string =>
  declarations.replaceAll(
    /(from |import\()(['"])(#shared|\.{1,2})\/([^'"]+)\.ts\2/g,
    (_, before, quote, base, name) => `${before}${quote}${base === '#shared' ? shared : base}/${name}.js${quote}`,
  );
