import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Machine } from './machine.ts';

export type BrowserName = 'chromium' | 'firefox';

interface PackageManager {
  program: string;
  /** Commands, in order. Each runs even if the previous one failed, because an outdated index may be good enough. */
  commands: (browser: BrowserName) => string[][];
  needsRoot: boolean;
}

const packageManagers: PackageManager[] = [
  {
    program: 'apt-get',
    commands: (browser) => [
      ['update', '-qq'],
      ['install', '-y', '-qq', '--no-install-recommends', browser === 'firefox' ? 'firefox-esr' : 'chromium'],
    ],
    needsRoot: true,
  },
  { program: 'dnf', commands: (browser) => [['install', '-y', browser]], needsRoot: true },
  { program: 'pacman', commands: (browser) => [['-Sy', '--noconfirm', browser]], needsRoot: true },
  { program: 'apk', commands: (browser) => [['add', browser]], needsRoot: true },
  { program: 'brew', commands: (browser) => [['install', '--cask', browser]], needsRoot: false },
];

/** Downloads Playwright's Chromium into its cache. System libraries may be missing, so check that it starts. */
export function installByPlaywright(machine: Machine): Promise<boolean> {
  const cli = join(dirname(createRequire(import.meta.url).resolve('playwright/package.json')), 'cli.js');
  return machine.run(process.execPath, [cli, 'install', '--no-shell', 'chromium']);
}

/** Installs a browser with the system's package manager, using `sudo` if that needs no password. */
export async function installBySystem(browser: BrowserName, machine: Machine): Promise<boolean> {
  for (const { program, commands, needsRoot } of packageManagers) {
    if (!(await works(program, machine))) continue;
    const sudo = needsRoot && !machine.isRoot;
    if (sudo && !(await works('sudo', machine, ['-n', 'true']))) return false;
    machine.say(`browser: installing ${browser} with ${sudo ? 'sudo ' : ''}${program}`);
    let done = false;
    for (const args of commands(browser)) {
      done = await (sudo ? machine.run('sudo', ['-n', program, ...args]) : machine.run(program, args));
    }
    return done;
  }
  return false;
}

const works = (program: string, machine: Machine, args = ['--version']): Promise<boolean> =>
  machine.output(program, args).then(
    () => true,
    () => false,
  );
