import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
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
 * @param folder the clone. Default: this one
 * @throws {Error} with npm's output
 */
export async function sbomOf(name: string, folder = root): Promise<string> {
  const { serialNumber: _, ...bom } = await npmSbom(name, folder);
  const own = bom.components.find(({ 'bom-ref': ref }) => ref.startsWith(`${name}@`));
  if (!own) throw new Error(`npm sbom names no ${name}`);
  const tools = await developmentOnly(folder);
  // A root's tool may also be what a package optionally installs.
  const everything = new Map(bom.dependencies.map((each) => [each.ref, each.dependsOn]));
  const optional = new Set((everything.get(own['bom-ref']) ?? []).filter(await isOptionalOf(name, folder)));
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
    components: bom.components.filter((each) => each !== own && brought.has(each['bom-ref'])).map(byOwnName),
    dependencies: [...brought].toSorted().map((ref) => ({ ref, dependsOn: dependsOn.get(ref) ?? [] })),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** npm uses the folder's name also for a package of this repository that another one needs. */
function byOwnName(component: Component): Component {
  const known = packages.find(({ name }) => component['bom-ref'].startsWith(`${name}@`));
  return known ? { ...component, name: known.name } : component;
}

/**
 * Runs `npm sbom` on a copy of the manifests and the lock file. npm selects a workspace by the name of its folder: in a clone
 * that has the same name, such as `react`, it would select the whole clone.
 */
async function npmSbom(name: string, folder: string): Promise<Bom> {
  const copy = await mkdtemp(join(tmpdir(), 'latchkey-sbom-'));
  try {
    const { workspaces } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { workspaces: string[] };
    const manifests = ['.', ...workspaces].map((workspace) => join(workspace, 'package.json'));
    for (const file of [...manifests, 'package-lock.json']) await cp(join(folder, file), join(copy, file));
    // `--omit dev` would also omit what a workspace of the root's own tools needs.
    const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only', '--workspace', name];
    const { stdout } = await promisify(execFile)('npm', args, { cwd: copy, maxBuffer: 2 ** 26 });
    return JSON.parse(stdout) as Bom;
  } finally {
    await rm(copy, { recursive: true });
  }
}

/** @returns whether the package lists this component among its optional dependencies */
async function isOptionalOf(name: string, folder: string): Promise<(ref: string) => boolean> {
  const { dir } = packages.find((each) => each.name === name) ?? { dir: '.' };
  const { optionalDependencies = {} } = JSON.parse(await readFile(join(folder, dir, 'package.json'), 'utf8')) as {
    optionalDependencies?: Record<string, string>;
  };
  return (ref) => Object.hasOwn(optionalDependencies, ref.slice(0, ref.lastIndexOf('@')));
}

/** What the lock file has for development alone, optional peers of dependencies included: no installation brings it. */
async function developmentOnly(folder: string): Promise<Set<string>> {
  const { packages } = JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version?: string; dev?: boolean; devOptional?: boolean }>;
  };
  const entries = Object.entries(packages).filter(([, { dev, devOptional }]) => dev || devOptional);
  return new Set(entries.map(([path, { version }]) => `${path.split('node_modules/').at(-1)}@${version}`));
}
