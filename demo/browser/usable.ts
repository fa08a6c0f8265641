import type { Candidate } from './candidates.ts';
import type { Machine } from './machine.ts';

/** From this version on, Google Chrome ignores `--load-extension`. */
const firstDeafChrome = 137;

/**
 * Whether the browser is there, starts, and would load our extension.
 *
 * Its version is asked for, since a file by that name proves little: Ubuntu's `chromium-browser` is a script that
 * recommends a snap, and a download may miss shared libraries. Snaps are left out: they can't read our folders.
 */
export async function isUsable({ path, googleBranded }: Candidate, machine: Machine): Promise<boolean> {
  const realPath = machine.realPath(path);
  if (!realPath || path.startsWith('/snap/') || realPath.startsWith('/snap/')) return false;
  // On Windows a browser asked for its version opens a window instead.
  if (machine.platform === 'win32') return !googleBranded;
  const version = await machine.output(path, ['--version']).catch(() => '');
  const major = Number(/(\d+)\.\d/.exec(version)?.[1]);
  return major > 0 && !(googleBranded && major >= firstDeafChrome);
}
