import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';

const root = join(import.meta.dirname, '../..');
/** Git ignores it, and the compiler finds `@types` from there as from the world itself. */
const cache = join(root, 'node_modules/.cache');

/** The file of a project that a reference names: a folder, or the file itself. */
const projectFile = (where: string): string => join(root, where, where.endsWith('.json') ? '' : 'tsconfig.json');

const compile = (project: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const compiler = join(root, 'node_modules/.bin/tsc');
    execFile(compiler, ['-b', project, '--pretty', 'false'], { cwd: root }, (error, stdout, stderr) => {
      // Exit codes say that it has found errors. Without one, it has not run.
      if (error && typeof error.code !== 'number') reject(new Error(stderr, { cause: error }));
      else resolve(stdout);
    });
  });

/**
 * Compiles each piece of code as a file of its project, and tells what the compiler says to it. All are compiled in
 * one run, beside the projects: nothing is written into a world's folder.
 *
 * @returns for each piece its messages, in the same order
 */
export async function compilePlanted(planted: { where: string; code: string }[]): Promise<string[][]> {
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'planted-'));
  try {
    const projects = [...new Set(planted.map(({ where }) => where))];
    for (const [index, where] of projects.entries()) {
      const project = join(folder, `project-${index}`);
      await mkdir(project);
      // A folder in node_modules belongs to no package of type "module": .mts says it.
      const files = planted.flatMap((piece, n) => (piece.where === where ? [{ name: `${n}.mts`, ...piece }] : []));
      for (const { name, code } of files) await writeFile(join(project, name), `${code}\nexport {};\n`);
      await writeFile(
        join(project, 'tsconfig.json'),
        JSON.stringify({
          extends: relative(project, projectFile(where)),
          compilerOptions: { incremental: false },
          files: files.map(({ name }) => name),
          include: [],
        }),
      );
    }
    await writeFile(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ files: [], references: projects.map((_, index) => ({ path: `project-${index}` })) }),
    );

    const messages: string[][] = planted.map(() => []);
    for (const line of (await compile(folder)).split('\n').filter(Boolean)) {
      const [, file, message] = /^(\S+)\(\d+,\d+\): error TS\d+: (.*)$/.exec(line) ?? [];
      const found = file?.startsWith(relative(root, folder)) ? messages[Number(basename(file, '.mts'))] : undefined;
      if (!found || !message) throw new Error(`the compiler says of none of the files: ${line}`);
      found.push(message);
    }
    return messages;
  } finally {
    await rm(folder, { recursive: true });
  }
}
