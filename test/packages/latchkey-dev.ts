import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import type { DrivenBrowser, Tab } from '../../demo/browser/driven.ts';
import { driveChromium } from '../../demo/browser/driven-chromium.ts';
import { findChromium } from '../../demo/browser/find.ts';
import { thisMachine } from '../../demo/browser/machine.ts';
import { endWithUs } from '../../demo/end-with-us.ts';
import { chromeExtensionId, demoExtensionKey } from '../../demo/extension-key.ts';
import { answerConsent, closes, opened, press, sees, typeCredentials } from '../../demo/play/tab.ts';
import { type DemoUser, demoUsers } from '../../demo/users.ts';
import { root } from '../../packaging/packages.ts';
import { createFolder, type Folder, type Packed } from './folder.ts';

/** Everything that `latchkey dev` starts, from the packages. */
export interface LatchkeyDev {
  broker: string;
  idp: string;
  /** A Chromium with the extension that `latchkey dev` has made. */
  browser: DrivenBrowser;
  [Symbol.asyncDispose](): Promise<void>;
}

interface Addresses {
  site: string;
  api: string;
  /** The first of its three ports. */
  port: number;
}

/** Installs `latchkey` and `@latchkey/dev`, and runs `latchkey dev` as the quickstarts' READMEs say. */
export async function startLatchkeyDev(packed: Packed, { site, api, port }: Addresses): Promise<LatchkeyDev> {
  const folder = await createFolder();
  await folder.install(packed.tarball('latchkey'), packed.tarball('@latchkey/dev'));
  const args = ['dev', '--site', site, '--api', api, '--scope', 'orders:read'];
  const program = start(folder.dir, [
    'node_modules/latchkey/bin/latchkey.js',
    ...args,
    '--port',
    `${port}`,
    '--no-browser',
  ]);
  await program.says(/In the API/);
  const browser = await driveChromium(
    {
      executable: await findChromium({ ...thisMachine, say: () => undefined }),
      extensionDir: join(folder.dir, '.latchkey-dev/extension/chrome'),
      profileDir: join(folder.dir, 'profile'),
      headless: true,
    },
    chromeExtensionId(demoExtensionKey),
  );
  return {
    broker: `http://localhost:${port + 1}`,
    idp: `http://127.0.0.1:${port}`,
    browser,
    async [Symbol.asyncDispose]() {
      await browser.close();
      await program.stop();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** A copy of a quickstart, outside of the repository, with its dependencies and these packages of ours. */
export async function installQuickstart(name: string, packed: Packed, packages: string[]): Promise<Folder> {
  const folder = await createFolder();
  await cp(join(root, 'examples', name), folder.dir, {
    recursive: true,
    filter: (path) => !/[\\/](node_modules|\.next)$/.test(path),
  });
  await folder.install(...packages.map((each) => packed.tarball(each)));
  return folder;
}

export interface Program {
  /** Waits for a text. @throws {Error} with what it said instead, if it ends without it */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** Waits until it has ended by itself. @returns all that it has said */
  ended(): Promise<string>;
  stop(): Promise<void>;
}

/** Starts a program of this Node in a folder. It ends with this process. */
export function start(cwd: string, args: string[], env: Record<string, string> = {}): Program {
  const child = spawn(process.execPath, args, { cwd, env: { ...process.env, ...env } });
  endWithUs(child, 'SIGTERM');
  const closed = once(child, 'close');
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  return {
    async says(pattern) {
      for (const endsAt = Date.now() + 120_000; Date.now() < endsAt; await sleep(50)) {
        // Some programs print colors on CI too, in the middle of a text.
        const found = pattern.exec(stripVTControlCharacters(said));
        if (found) return found;
        if (isOver()) break;
      }
      throw new Error(`“${args.join(' ')}” has not said ${pattern}:\n${said}`);
    },
    async ended() {
      await closed;
      if (child.exitCode !== 0) throw new Error(`“${args.join(' ')}” ended with ${child.exitCode}:\n${said}`);
      return said;
    },
    async stop() {
      child.kill('SIGTERM');
      await closed;
    },
  };
}

/** Runs what `npm start` runs: `node FILE`. */
export async function npmStart({ dir }: Folder, env: Record<string, string>): Promise<Program> {
  const { scripts } = JSON.parse(await readFile(join(dir, 'package.json'), 'utf8'));
  const [program, ...args] = scripts.start.split(' ');
  if (program !== 'node') throw new Error(`npm start runs ${program}`);
  return start(dir, args, env);
}

/** Ada of `latchkey dev`. */
export function ada(): DemoUser {
  const [user] = demoUsers;
  if (!user) throw new Error('the demo has no users');
  return user;
}

/** Presses a button of a page that nobody has signed in to, and signs in. */
export async function signInWith({ browser, idp }: LatchkeyDev, page: Tab, button: string): Promise<void> {
  await page.toFront();
  const window = await opened(browser, idp, () => press(page, button));
  await typeCredentials(window, ada());
  await closes(window);
}

/** Presses a button of a page that is not connected, and allows it. */
export async function connectWith({ browser }: LatchkeyDev, page: Tab, button: string): Promise<void> {
  await page.toFront();
  const window = await opened(browser, browser.extensionUrl('ui/consent.html'), () => press(page, button));
  await sees(window, 'body', 'orders:read');
  await answerConsent(window, 'Allow');
}
