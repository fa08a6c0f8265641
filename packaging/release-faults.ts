import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packages } from './packages.ts';
import { signer } from './sign-sums.ts';

const run = promisify(execFile);

/** Whose signature users accept. */
export const allowedSigners = 'packaging/allowed_signers';

/**
 * What keeps the source in `folder` from being released. Each fault is a sentence with its cure.
 *
 * @param version of package.json
 */
export async function releaseFaults(folder: string, version: string): Promise<string[]> {
  const git = async (...args: string[]) => (await run('git', args, { cwd: folder })).stdout.trim();
  const textOf = (file: string) => readFile(join(folder, file), 'utf8');
  const faults: string[] = [];

  if ((await git('status', '--porcelain')) !== '') faults.push('The working tree has changes: commit them.');

  const tag = `v${version}`;
  if (!(await git('tag', '--points-at', 'HEAD')).split('\n').includes(tag))
    faults.push(`This commit has no tag ${tag}: git tag --sign ${tag} --message 'Latchkey ${version}'`);

  if (!(await textOf('CHANGELOG.md')).includes(`\n## ${version} - `))
    faults.push(`CHANGELOG.md has no section "## ${version} - DATE": rename "Unreleased".`);

  if (!(await textOf(allowedSigners).catch(() => '')).includes(`${signer} `))
    faults.push(`${allowedSigners} has no key of ${signer}: add the line "${signer} PUBLIC KEY".`);

  for (const { dir } of packages) {
    const file = join(dir, 'package.json');
    const manifest = JSON.parse(await textOf(file)) as { version: string; [field: string]: unknown };
    if (manifest.version !== version) faults.push(`${file} has version ${manifest.version}: set ${version}.`);
    const ranges = ['dependencies', 'peerDependencies'].flatMap((field) => Object.entries(manifest[field] ?? {}));
    for (const [name, range] of ranges)
      if (packages.some((each) => each.name === name) && range !== `^${version}`)
        faults.push(`${file} needs ${name} ${range}: set ^${version}.`);
  }

  const kustomization = 'deploy/kubernetes/kustomization.yaml';
  const names = (await textOf(kustomization)).match(/(?<=newTag: |\?ref=v)\d[\w.-]*/g) ?? [];
  if (names.some((name) => name !== version)) faults.push(`${kustomization} names another version: set ${version}.`);
  return faults;
}
