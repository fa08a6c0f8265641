import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

type Env = Readonly<Record<string, string | undefined>>;

/** Whether the user's browser is on this machine: not over SSH, not in a container, and with a screen. */
export function browserHere(env: Env, platform: NodeJS.Platform, exists = existsSync): boolean {
  if (env.SSH_CONNECTION || env.SSH_TTY || env.CI) return false;
  if (env.container || env.KUBERNETES_SERVICE_HOST || exists('/.dockerenv') || exists('/run/.containerenv'))
    return false;
  return platform === 'darwin' || platform === 'win32' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

/**
 * Opens a page in the system's default browser.
 *
 * @returns false if the browser can't be started or fails immediately
 */
export function openBrowser(url: string, platform: NodeJS.Platform): Promise<boolean> {
  const [command, args] = opener(url, platform);
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'ignore', detached: true });
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
    // Some openers run as long as the browser does: still running after 2 s counts as success.
    setTimeout(() => resolve(true), 2_000).unref();
    child.unref();
  });
}

function opener(url: string, platform: NodeJS.Platform): [string, string[]] {
  if (platform === 'darwin') return ['open', [url]];
  // Not through a shell, where `&` in the URL would end the command.
  if (platform === 'win32') return ['rundll32', ['url.dll,FileProtocolHandler', url]];
  return ['xdg-open', [url]];
}
