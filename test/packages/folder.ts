import { execFile, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../packaging/packages.ts';

const run = promisify(execFile);
/** What a script of this repository is told about it: folders outside see nothing of that. */
const ofScripts = /^(npm_(package|lifecycle|config_local_prefix)|NODE_OPTIONS$|NODE_PATH$)/i;

const cleanEnv = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !ofScripts.test(name)));

/** Somebody else's project: an empty folder outside the repository. */
export interface Folder {
  dir: string;
  /** `npm install`, of tarballs and of packages by name. */
  install(...what: string[]): Promise<void>;
  /** Runs a program of this Node, or of another. @returns what it wrote to stdout; rejects where it fails */
  node(args: string[], options?: { bin?: string; env?: Record<string, string> }): Promise<string>;
  write(name: string, text: string): Promise<string>;
  /** Names of the packages that were installed: those that others need, and those that only peer dependencies bring. */
  installed(): Promise<{ own: string[]; peers: string[] }>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** How long an installation and a program may take, in milliseconds. */
interface Deadlines {
  install?: number;
  program?: number;
}

export async function createFolder({ install = 90_000, program = 60_000 }: Deadlines = {}): Promise<Folder> {
  const dir = await mkdtemp(join(tmpdir(), 'latchkey-installed-'));
  await writeFile(join(dir, 'package.json'), '{"private":true}');
  return {
    dir,
    async install(...what) {
      const options = ['--no-audit', '--no-fund', '--prefer-offline', '--install-links', '--no-save'];
      await run('npm', ['install', ...options, ...what], { cwd: dir, env: cleanEnv(), timeout: install });
    },
    async node(args, { bin = process.execPath, env = {} } = {}) {
      return (await run(bin, args, { cwd: dir, env: { ...cleanEnv(), ...env }, timeout: program })).stdout.trim();
    },
    async write(name, text) {
      const path = join(dir, name);
      await writeFile(path, text);
      return path;
    },
    async installed() {
      const lock = await readFile(join(dir, 'node_modules/.package-lock.json'), 'utf8');
      const { packages } = JSON.parse(lock) as { packages: Record<string, { peer?: boolean }> };
      const names = (peers: boolean) =>
        Object.entries(packages)
          .filter(([, { peer = false }]) => peer === peers)
          .map(([path]) => path.replace('node_modules/', ''))
          .toSorted();
      return { own: names(false), peers: names(true) };
    },
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  };
}

export interface Packed {
  dir: string;
  /** The tarball of a package. */
  tarball(name: string): string;
}

/**
 * Packs everything that is published. Never twice at the same time: a build begins with emptying the `dist/` that another
 * one is writing. Tests in this folder share what `pack-once.ts` packs.
 */
export async function packAll(): Promise<Packed> {
  const dir = await mkdtemp(join(tmpdir(), 'latchkey-packed-'));
  await run(process.execPath, ['packaging/pack.ts', '--out', dir], { cwd: root, env: cleanEnv() });
  return packedIn(dir);
}

/** What a folder has that `packAll` has written. */
export function packedIn(dir: string): Packed {
  const files = readdirSync(dir);
  return {
    dir,
    tarball(name) {
      const start = `${name.replace('@', '').replace('/', '-')}-`;
      const file = files.find((each) => each.startsWith(start) && /^\d.*\.tgz$/.test(each.slice(start.length)));
      if (file === undefined) throw new Error(`${name} was not packed`);
      return join(dir, file);
    },
  };
}

/** Whether npm can get packages here: installing is what is tested, and takes the dependencies. */
export const registryAnswers = (): boolean =>
  spawnSync('npm', ['view', 'jose', 'version'], { timeout: 20_000, env: cleanEnv() }).status === 0;
