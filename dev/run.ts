import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasDisplay } from '../demo/browser/display.ts';
import { thisMachine } from '../demo/browser/machine.ts';
import { claimPorts } from '../demo/ports.ts';
import { StartError } from '../demo/start-error.ts';
import { stopSignal } from '../demo/stop-signal.ts';
import { parts } from './broker-config.ts';
import { type DevBrowser, LaunchError } from './browser/browser.ts';
import { openBrowser } from './browser/open.ts';
import { greeting } from './greeting.ts';
import type { DevOptions } from './options.ts';
import { readSettings, SettingsError } from './settings.ts';
import { startStack } from './stack.ts';
import { onChange } from './watch.ts';

/** Starts everything, opens the browser, and follows the configuration file. Resolves after a signal. */
export async function runDev(options: DevOptions, say: (line: string) => void): Promise<void> {
  const stop = stopSignal();
  const stopped = new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve(), { once: true }));
  const settings = await readSettings(options);
  const ports = await claimPorts(parts, options.port);
  await keepFromGit(options.dir);
  const stack = await startStack({ ports, dir: options.dir, settings, now: Date.now, log: say });
  let browser: DevBrowser | undefined;
  let unwatch: () => void = () => undefined;
  const reloading = Promise.withResolvers<never>();
  try {
    const [url = ''] = stack.sites();
    const opens = options.browser && hasDisplay(process.platform, process.env);
    if (opens) {
      browser = await openBrowser({ extensionDir: stack.extensionDir, dir: options.dir, url, machine: thisMachine });
      void browser?.ended.then(() => {
        browser = undefined;
        if (!stop.aborted) say('The browser is closed. The broker and the provider run until Ctrl-C.');
      });
    }
    process.stdout.write(greeting(stack, settings, browser !== undefined));
    if (options.config !== undefined) unwatch = onChange(options.config, () => reload().catch(reloading.reject));
    await Promise.race([stopped, stack.failure, reloading.promise]);
  } finally {
    unwatch();
    await browser?.close();
    await stack.close();
  }

  async function reload(): Promise<void> {
    try {
      const { sitesChanged } = await stack.apply(await readSettings(options));
      const isReloaded = sitesChanged && (await reloadExtension());
      const further = sitesChanged
        ? isReloaded
          ? ' Reload your pages.'
          : ' Reload the extension and your pages.'
        : '';
      say(`${options.config} has changed and is in use.${further}`);
    } catch (error) {
      if (!(error instanceof SettingsError || error instanceof StartError)) throw error;
      say(`${error.message}\nCorrect ${options.config}; it is read again when you save it.`);
    }
  }

  /** @returns whether the browser has the new one. It may have been closed meanwhile */
  async function reloadExtension(): Promise<boolean> {
    try {
      await browser?.reloadExtension();
      return browser !== undefined;
    } catch (error) {
      if (!(error instanceof LaunchError)) throw error;
      return false;
    }
  }
}

/** The folder has keys and a browser's profile: nothing to commit. */
async function keepFromGit(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await writeFile(join(dir, '.gitignore'), '*\n');
}
