import { spawnSync } from 'node:child_process';
import { realpathSync } from 'node:fs';

/**
 * The commit that a build of this folder is made from, for `latchkey --version`: 40 hexadecimal digits, followed by
 * `-modified` if a tracked file differs from it.
 *
 * @param folder the root of the repository. A folder of another repository, such as an unpacked source archive in it, has no commit.
 * @returns `undefined` without Git
 */
export function commitOf(folder: string): string | undefined {
  const git = (...args: string[]): string | undefined => {
    const { status, stdout } = spawnSync('git', args, { cwd: folder, encoding: 'utf8' });
    return status === 0 ? stdout.trim() : undefined;
  };
  const top = git('rev-parse', '--show-toplevel');
  if (top === undefined || realpathSync(top) !== realpathSync(folder)) return undefined;
  const commit = git('rev-parse', 'HEAD');
  if (commit === undefined) return undefined;
  return git('status', '--porcelain', '--untracked-files=no') === '' ? commit : `${commit}-modified`;
}
