import { execFileSync } from 'node:child_process';
import { lstat, mkdir, mkdtemp, readdir, readlink, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../demo/program.ts';

export interface OlderBuild {
  /** Its `latchkey`. */
  program: string;
  /** The migrations that it knows, by name. */
  migrations: readonly string[];
  /** Deletes it. */
  close(): Promise<void>;
}

/**
 * The source of a commit, with the packages that are installed here. (An old commit may have needed older ones.)
 *
 * @throws {Error} if this folder has no history, or not that commit
 */
export async function olderBuild(commit: string): Promise<OlderBuild> {
  const archive = execFileSync('git', ['archive', commit], { cwd: root, maxBuffer: 500_000_000 });
  const dir = await mkdtemp(join(tmpdir(), 'latchkey-older-'));
  execFileSync('tar', ['-x', '-C', dir], { input: archive });
  await linkPackages(join(root, 'node_modules'), join(dir, 'node_modules'));
  const files = await readdir(join(dir, 'broker/store/sql/migrations'));
  return {
    program: join(dir, 'broker/bin/latchkey.js'),
    migrations: files.flatMap((file) => /^(\d{4}-[\w-]+)\.ts$/.exec(file)?.[1] ?? []),
    close: () => rm(dir, { recursive: true, force: true }),
  };
}

/** Our own packages are relative links, and so lead to those of the older source. */
async function linkPackages(from: string, to: string): Promise<void> {
  await mkdir(to);
  for (const name of await readdir(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    if ((await lstat(source)).isSymbolicLink()) await symlink(await readlink(source), target);
    else if (name.startsWith('@')) await linkPackages(source, target);
    else await symlink(source, target);
  }
}
