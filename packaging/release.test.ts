import { execFileSync, spawnSync } from 'node:child_process';
import { appendFile, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readVersion } from '../extension/packaging/version.ts';
import { packages, root } from './packages.ts';
import { allowedSigners, releaseFaults } from './release-faults.ts';
import { signer, signSums, verifySums } from './sign-sums.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'latchkey-release-'));
});
afterEach(() => rm(dir, { recursive: true }));

describe('a source that is to be released', () => {
  const kustomization = 'deploy/kubernetes/kustomization.yaml';
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], { cwd: dir, stdio: 'pipe' });
  const edit = async (file: string, change: (text: string) => string) =>
    writeFile(join(dir, file), change(await readFile(join(dir, file), 'utf8')));
  let version: string;

  beforeEach(async () => {
    version = await readVersion();
    for (const file of ['CHANGELOG.md', kustomization, ...packages.map(({ dir: of }) => join(of, 'package.json'))]) {
      await mkdir(dirname(join(dir, file)), { recursive: true });
      await cp(join(root, file), join(dir, file));
    }
    await mkdir(join(dir, 'packaging'));
    await writeFile(join(dir, allowedSigners), `${signer} ssh-ed25519 AAAA\n`);
    git('init', '--quiet');
    git('add', '--all');
    git('commit', '--quiet', '--message', 'release');
    git('tag', `v${version}`);
  });

  it('has one version everywhere', async () => {
    expect(await releaseFaults(dir, version)).toEqual([]);
  });

  it('has its tag, its section of the changelog, and no changes', async () => {
    await edit('CHANGELOG.md', (text) => text.replace(`## ${version} - `, '## Soon - '));
    git('tag', '--delete', `v${version}`);
    expect(await releaseFaults(dir, version)).toEqual([
      'The working tree has changes: commit them.',
      expect.stringContaining(`no tag v${version}`),
      expect.stringContaining(`no section "## ${version} - DATE"`),
    ]);
  });

  it('has the key that users verify with', async () => {
    await rm(join(dir, allowedSigners));
    expect(await releaseFaults(dir, version)).toContainEqual(expect.stringContaining(`has no key of ${signer}`));
  });

  it('has packages that need each other in this version', async () => {
    await edit('clients/react/package.json', (text) =>
      text.replace(`"@latchkey/page": "^${version}"`, '"@latchkey/page": "^9.8.7"'),
    );
    await edit('dev/package.json', (text) => text.replace(`"version": "${version}"`, '"version": "9.8.7"'));
    await edit(kustomization, (text) => text.replace(`newTag: ${version}`, 'newTag: 9.8.7'));
    git('commit', '--quiet', '--all', '--message', 'other versions');
    git('tag', '--force', `v${version}`);
    expect((await releaseFaults(dir, version)).sort()).toEqual([
      `clients/react/package.json needs @latchkey/page ^9.8.7: set ^${version}.`,
      `${kustomization} names another version: set ${version}.`,
      `dev/package.json has version 9.8.7: set ${version}.`,
    ]);
  });
});

const canSign = spawnSync('ssh-keygen', ['-?']).error === undefined;

describe.skipIf(!canSign)(`the signature of the sums${canSign ? '' : ' (skipped: no ssh-keygen)'}`, () => {
  const newKey = (name: string) => {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(dir, name)]);
    return join(dir, name);
  };
  const allow = async (key: string) => {
    const file = join(dir, 'allowed_signers');
    await writeFile(file, `${signer} ${await readFile(`${key}.pub`, 'utf8')}`);
    return file;
  };

  it('verifies, and a changed sum does not', async () => {
    await writeFile(join(dir, 'SHA256SUMS'), `${'0'.repeat(64)}  latchkey.tgz\n`);
    const key = newKey('release_key');
    const allowed = await allow(key);
    await signSums(dir, key, allowed);
    await verifySums(dir, allowed);
    await appendFile(join(dir, 'SHA256SUMS'), `${'1'.repeat(64)}  more.tgz\n`);
    await expect(verifySums(dir, allowed)).rejects.toThrow();
  });

  it('is refused if it is by a key that users don’t have', async () => {
    await writeFile(join(dir, 'SHA256SUMS'), `${'0'.repeat(64)}  latchkey.tgz\n`);
    const allowed = await allow(newKey('release_key'));
    await expect(signSums(dir, newKey('other_key'), allowed)).rejects.toThrow("it isn't the key of");
    expect(await readdir(dir)).not.toContain('SHA256SUMS.sig');
  });
});
