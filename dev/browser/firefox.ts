import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { endWithUs } from '../../demo/end-with-us.ts';
import { type DevBrowser, LaunchError, type LaunchOptions } from './browser.ts';
import { createCommands } from './commands.ts';
import { closing, ended } from './process.ts';

/** What a new profile would otherwise open or ask. */
const preferences = {
  'browser.aboutwelcome.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'termsofuse.bypassNotification': true,
};

/**
 * Starts Firefox with the extension, as a temporary add-on: over WebDriver BiDi, since unsigned add-ons can't be installed
 * otherwise.
 *
 * @throws {LaunchError} if the browser doesn't start, or refuses the extension
 */
export async function launchFirefox({ executable, extensionDir, profileDir, url }: LaunchOptions): Promise<DevBrowser> {
  await mkdir(profileDir, { recursive: true });
  const lines = Object.entries(preferences).map(([name, value]) => `user_pref("${name}", ${value});`);
  await writeFile(join(profileDir, 'user.js'), `${lines.join('\n')}\n`);
  const args = ['--profile', profileDir, '--no-remote', '--remote-debugging-port=0', 'about:blank'];
  const child = spawn(executable, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  endWithUs(child);
  const over = ended(child);
  try {
    const commands = await connect(await addressOf(child, over), over);
    const install = async () =>
      void (await commands.send('webExtension.install', { extensionData: { type: 'path', path: extensionDir } }));
    await commands.send('session.new', { capabilities: {} });
    await install();
    const { contexts } = (await commands.send('browsingContext.getTree', { maxDepth: 0 })) as { contexts: Tab[] };
    const blank = contexts.find((tab) => tab.url === 'about:blank');
    const { context } = blank ?? ((await commands.send('browsingContext.create', { type: 'tab' })) as unknown as Tab);
    await commands.send('browsingContext.navigate', { context, url, wait: 'none' });
    return {
      ended: over,
      reloadExtension: install,
      close: () => closing(child, over, () => commands.send('browser.close')),
    };
  } catch (error) {
    await closing(child, over);
    throw error;
  }
}

interface Tab {
  context: string;
  url: string;
}

/** The address that Firefox prints once it listens. */
async function addressOf(child: ChildProcess, over: Promise<void>): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  if (!child.stderr) throw new LaunchError('Firefox has no output');
  // Read to the end, so that Firefox never waits for a reader.
  createInterface({ input: child.stderr }).on('line', (line) => {
    const [, address] = /WebDriver BiDi listening on (ws:\S+)/.exec(line) ?? [];
    if (address) resolve(address);
  });
  void over.then(() => reject(new LaunchError('Firefox ended before it listened')));
  return promise;
}

async function connect(address: string, over: Promise<void>) {
  const socket = new WebSocket(`${address}/session`);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.addEventListener('open', () => resolve());
  socket.addEventListener('error', () => reject(new LaunchError('Firefox accepts no commands')));
  void over.then(() => reject(new LaunchError('Firefox ended before it accepted commands')));
  await promise;
  const commands = createCommands((message) => socket.send(message));
  socket.addEventListener('message', ({ data }) => commands.receive(String(data)));
  socket.addEventListener('close', () => commands.end());
  return commands;
}
