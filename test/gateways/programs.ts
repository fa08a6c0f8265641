import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type ProgramName = 'nginx' | 'caddy' | 'haproxy';

const packages: Record<ProgramName, string> = { nginx: 'nginx-light', caddy: 'caddy', haproxy: 'haproxy' };
const policyFile = '/usr/sbin/policy-rc.d';

/** Where servers live that are not on everybody's PATH. */
const folders = () => [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/local/sbin', '/sbin'];

function find(name: ProgramName): string | undefined {
  return folders()
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/**
 * Finds the programs, and has the system's package manager install what is missing.
 *
 * @throws {Error} that says what to install, where this can't be done here
 */
export function providePrograms(names: readonly ProgramName[], say: (line: string) => void): Map<ProgramName, string> {
  const missing = names.filter((name) => find(name) === undefined);
  if (missing.length > 0) install(missing, say);
  const found = new Map<ProgramName, string>();
  for (const name of names) {
    const path = find(name);
    if (path === undefined) throw new Error(`${name} is still not there after its installation`);
    say(`${name}: ${path}${missing.includes(name) ? ' (just installed)' : ''}`);
    found.set(name, path);
  }
  return found;
}

function install(missing: readonly ProgramName[], say: (line: string) => void): void {
  const wanted = missing.map((name) => packages[name]).join(' ');
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    throw new Error(`Not found: ${missing.join(', ')}. Install them first: sudo apt-get install ${wanted}`);
  }
  say(`not found: ${missing.join(', ')}. Installing by apt-get, without starting services: ${wanted}`);
  const hadPolicy = existsSync(policyFile);
  // The packages would start servers on ports 80 and 443.
  if (!hadPolicy) writeFileSync(policyFile, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  const run = (...args: string[]) =>
    execFileSync('apt-get', ['-qq', ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  try {
    run('update');
    run('install', '-y', '--no-install-recommends', ...wanted.split(' '));
  } finally {
    if (!hadPolicy) rmSync(policyFile, { force: true });
  }
}
