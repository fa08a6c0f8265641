import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packages, root } from './packages.ts';

interface Component {
  'bom-ref': string;
  [member: string]: unknown;
}

interface Bom {
  serialNumber?: string;
  metadata: { timestamp?: string; tools: { version?: string }[]; component: Component };
  components: Component[];
  dependencies: { ref: string; dependsOn: string[] }[];
}

/**
 * What a package brings, as a CycloneDX document by `npm sbom`, pinned to the lock file. It describes the package, not the
 * workspace root that npm names, and omits everything that differs between runs: serial number, time, npm's version.
 *
 * @throws {Error} with npm's output
 */
export async function sbomOf(name: string): Promise<string> {
  // `--omit dev` would also omit what a workspace of the root's own tools needs.
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only', '--workspace', name];
  const { stdout } = await promisify(execFile)('npm', args, { cwd: root, maxBuffer: 2 ** 26 });
  const { serialNumber: _, ...bom } = JSON.parse(stdout) as Bom;
  const own = bom.components.find(({ 'bom-ref': ref }) => ref.startsWith(`${name}@`));
  if (!own) throw new Error(`npm sbom names no ${name}`);
  const tools = await developmentOnly();
  // A root's tool may also be what a package optionally installs.
  const everything = new Map(bom.dependencies.map((each) => [each.ref, each.dependsOn]));
  const optional = new Set((everything.get(own['bom-ref']) ?? []).filter(await isOptionalOf(name)));
  for (const ref of optional) for (const dependency of everything.get(ref) ?? []) optional.add(dependency);
  for (const ref of optional) tools.delete(ref);
  const dependsOn = new Map(
    bom.dependencies.map((each) => [each.ref, each.dependsOn.filter((ref) => !tools.has(ref))]),
  );
  const brought = new Set([own['bom-ref']]);
  for (const ref of brought) for (const dependency of dependsOn.get(ref) ?? []) brought.add(dependency);
  const { timestamp: __, component: ___, ...metadata } = bom.metadata;
  const document = {
    ...bom,
    metadata: {
      ...metadata,
      tools: metadata.tools.map(({ version: ____, ...tool }) => tool),
      // npm uses the folder's name instead of the package's.
      component: { ...own, name },
    },
    components: bom.components.filter((each) => each !== own && brought.has(each['bom-ref'])),
    dependencies: [...brought].toSorted().map((ref) => ({ ref, dependsOn: dependsOn.get(ref) ?? [] })),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** @returns whether the package lists this component among its optional dependencies */
async function isOptionalOf(name: string): Promise<(ref: string) => boolean> {
  const { dir } = packages.find((each) => each.name === name) ?? { dir: '.' };
  const { optionalDependencies = {} } = JSON.parse(await readFile(join(root, dir, 'package.json'), 'utf8')) as {
    optionalDependencies?: Record<string, string>;
  };
  return (ref) => Object.hasOwn(optionalDependencies, ref.slice(0, ref.lastIndexOf('@')));
}

/** What the lock file has for development alone, optional peers of dependencies included: no installation brings it. */
async function developmentOnly(): Promise<Set<string>> {
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version?: string; dev?: boolean; devOptional?: boolean }>;
  };
  const entries = Object.entries(packages).filter(([, { dev, devOptional }]) => dev || devOptional);
  return new Set(entries.map(([path, { version }]) => `${path.split('node_modules/').at(-1)}@${version}`));
}
