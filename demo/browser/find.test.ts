import { describe, expect, it } from 'vitest';
import { findChromium, NoBrowserError } from './find.ts';
import type { Machine } from './machine.ts';

/** A Linux machine with these files. Each answers `--version` with its text. Installers add files. */
function machineWith(
  programs: Record<string, string>,
  options: { env?: Record<string, string>; isRoot?: boolean; installs?: Record<string, Record<string, string>> } = {},
) {
  const files = new Map(Object.entries(programs));
  const said: string[] = [];
  const ran: string[] = [];
  const find = (program: string) => files.get(program) ?? files.get(`/usr/bin/${program}`);
  const machine: Machine = {
    platform: 'linux',
    env: { PATH: '/usr/bin', ...options.env },
    isRoot: options.isRoot ?? true,
    realPath: (path) => (files.has(path) ? path : undefined),
    async output(program) {
      const text = find(program);
      if (text === undefined) throw new Error(`${program}: not found`);
      return text;
    },
    async run(program, args) {
      const command = [program === process.execPath ? 'node' : program, ...args].join(' ');
      ran.push(command);
      const [, added] = Object.entries(options.installs ?? {}).find(([part]) => command.includes(part)) ?? [];
      for (const [path, text] of Object.entries(added ?? {})) files.set(path, text);
      return added !== undefined;
    },
    say: (line) => void said.push(line),
  };
  return { machine, said, ran };
}

describe('findChromium', () => {
  it('takes what CHROMIUM_PATH names before anything else', async () => {
    const { machine, said } = machineWith(
      { '/usr/bin/chromium': 'Chromium 156.0', '/opt/mine': 'Chromium 150.0' },
      { env: { CHROMIUM_PATH: '/opt/mine' } },
    );
    expect(await findChromium(machine)).toBe('/opt/mine');
    expect(said).toEqual(['browser: /opt/mine (from CHROMIUM_PATH)']);
  });

  it('says so when CHROMIUM_PATH leads nowhere, and takes nothing else', async () => {
    const { machine } = machineWith({ '/usr/bin/chromium': 'Chromium 156.0' }, { env: { CHROMIUM_PATH: '/nowhere' } });
    await expect(findChromium(machine)).rejects.toThrow(/CHROMIUM_PATH is \/nowhere/);
  });

  it('takes an installed one, without installing anything', async () => {
    const { machine, ran, said } = machineWith({ '/usr/bin/chromium': 'Chromium 156.0.1' });
    expect(await findChromium(machine)).toBe('/usr/bin/chromium');
    expect(said).toEqual(['browser: /usr/bin/chromium']);
    expect(ran).toEqual([]);
  });

  it('passes over a script that only recommends a snap, and a Chrome that ignores extensions', async () => {
    const { machine } = machineWith({
      '/usr/bin/chromium-browser': 'Command requires the chromium snap to be installed.',
      '/usr/bin/google-chrome': 'Google Chrome 143.0.1',
      '/usr/bin/microsoft-edge': 'Microsoft Edge 143.0.1',
    });
    expect(await findChromium(machine)).toBe('/usr/bin/microsoft-edge');
  });

  it('takes an old Chrome where there is nothing better', async () => {
    const { machine } = machineWith({ '/usr/bin/google-chrome': 'Google Chrome 136.0.7103.113' });
    expect(await findChromium(machine)).toBe('/usr/bin/google-chrome');
  });

  it('downloads one with Playwright, and says so', async () => {
    const { machine, said } = machineWith(
      {},
      { installs: { 'playwright/cli.js install': { '/usr/bin/chromium': 'Chromium 156.0' } } },
    );
    expect(await findChromium(machine)).toBe('/usr/bin/chromium');
    expect(said[0]).toMatch(/downloading one with Playwright/);
  });

  it('uses the package manager where the download fails', async () => {
    const { machine, ran } = machineWith(
      { '/usr/bin/apt-get': 'apt 3.0' },
      { installs: { 'apt-get install': { '/usr/bin/chromium': 'Chromium 156.0' } } },
    );
    expect(await findChromium(machine)).toBe('/usr/bin/chromium');
    expect(ran.at(-1)).toBe('apt-get install -y -qq --no-install-recommends chromium');
  });

  it('uses sudo only where it is not root and sudo asks for no password', async () => {
    const install = { 'apt-get install': { '/usr/bin/chromium': 'Chromium 156.0' } };
    const withSudo = machineWith(
      { '/usr/bin/apt-get': 'apt 3.0', '/usr/bin/sudo': '' },
      { isRoot: false, installs: install },
    );
    await findChromium(withSudo.machine);
    expect(withSudo.ran.at(-1)).toMatch(/^sudo -n apt-get install/);

    const withoutSudo = machineWith({ '/usr/bin/apt-get': 'apt 3.0' }, { isRoot: false, installs: install });
    await expect(findChromium(withoutSudo.machine)).rejects.toThrow(NoBrowserError);
    expect(withoutSudo.ran.some((command) => command.includes('apt-get'))).toBe(false);
  });
});
