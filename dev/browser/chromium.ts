import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { endWithUs } from '../../demo/end-with-us.ts';
import type { DevBrowser, LaunchOptions } from './browser.ts';
import { createCommands } from './commands.ts';
import { closing, ended } from './process.ts';

/**
 * Starts Chromium, Edge or Chrome with the extension. It is loaded over the DevTools protocol on a pipe, which no other
 * program can reach: Google Chrome ignores `--load-extension` since version 137.
 *
 * The sandbox is on if possible: it isn't for root, or if the system doesn't allow one.
 *
 * @throws {LaunchError} if the browser doesn't start, or can't load extensions
 */
export async function launchChromium(options: LaunchOptions): Promise<DevBrowser> {
  if (process.getuid?.() === 0) return launch(options, false);
  return launch(options, true).catch(() => launch(options, false));
}

async function launch({ executable, extensionDir, profileDir, url }: LaunchOptions, sandbox: boolean) {
  const args = [
    '--remote-debugging-pipe',
    '--enable-unsafe-extension-debugging',
    `--user-data-dir=${profileDir}`,
    '--no-first-run',
    '--no-default-browser-check',
    '--disable-sync',
    ...(sandbox ? [] : ['--no-sandbox']),
    'about:blank',
  ];
  const child = spawn(executable, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
  endWithUs(child);
  const over = ended(child);
  const commands = commandsOf(child);
  void over.then(() => commands.end());
  const reloadExtension = async () => void (await commands.send('Extensions.loadUnpacked', { path: extensionDir }));
  try {
    await reloadExtension();
    await openFirst(url);
  } catch (error) {
    await closing(child, over);
    throw error;
  }
  return {
    hasNoSandbox: !sandbox,
    ended: over,
    reloadExtension,
    close: () => closing(child, over, () => commands.send('Browser.close')),
  };

  /** In the tab that is open, since there was nothing to see in it. */
  async function openFirst(page: string): Promise<void> {
    const { targetInfos } = (await commands.send('Target.getTargets')) as { targetInfos: Target[] };
    const { targetId } = await commands.send('Target.createTarget', { url: page });
    const empty = targetInfos.filter((target) => target.type === 'page' && target.url === 'about:blank');
    for (const blank of empty) await commands.send('Target.closeTarget', { targetId: blank.targetId });
    await commands.send('Target.activateTarget', { targetId });
  }
}

interface Target {
  targetId: string;
  type: string;
  url: string;
}

/** Messages on file descriptors 3 and 4, each with a NUL after it. */
function commandsOf(child: ChildProcess) {
  const input = child.stdio[3] as Writable;
  const output = child.stdio[4] as Readable;
  const commands = createCommands((message) => void input.write(`${message}\0`));
  let rest = '';
  output.setEncoding('utf8').on('data', (chunk: string) => {
    const messages = (rest + chunk).split('\0');
    rest = messages.pop() ?? '';
    for (const message of messages) commands.receive(message);
  });
  // The browser may end while a message is under way.
  for (const stream of [input, output]) stream.on('error', () => undefined);
  return commands;
}
