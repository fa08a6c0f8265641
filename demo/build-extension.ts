import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './program.ts';
import { StartError } from './start-error.ts';
import type { DemoState } from './state.ts';

/** The folder of the same extension for Firefox. @param chromium the folder of the one for Chromium */
export const firefoxExtension = (chromium: string): string => join(dirname(chromium), 'firefox');

/** Builds the extension for the sites in the state's configuration. @returns the folder of the unpacked extension for Chromium */
export async function buildExtension({ dir, configFile }: Pick<DemoState, 'dir' | 'configFile'>): Promise<string> {
  const args = [join(root, 'extension/packaging/build.ts'), '--config', configFile, '--out', join(dir, 'extension')];
  try {
    await promisify(execFile)(process.execPath, args, { cwd: root });
    return join(dir, 'extension', 'chrome');
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim();
    throw new StartError(`The extension could not be built.\n${said ?? ''}`, { cause: error });
  }
}
