import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Which profile to use. */
export interface ProfileName {
  /** Name of the profile. Default `default`. */
  profile?: string | undefined;
  /** Path of a file to use instead of a profile. */
  file?: string | undefined;
}

/**
 * Returns the path of a profile's credentials file: `file` if given, otherwise `<profile>.json` in `$LATCHKEY_HOME`, in
 * `$XDG_CONFIG_HOME/latchkey` or in `~/.config/latchkey`, whichever is set first.
 *
 * @param env usually `process.env`
 * @returns the absolute path, or `undefined` if the profile's name is invalid (valid: up to 64 letters, digits, `.`, `_`
 *   or `-`, starting with a letter or digit)
 * @see https://specifications.freedesktop.org/basedir-spec/latest/
 * @example
 * profilePath({ profile: 'work' }, process.env); // /home/ada/.config/latchkey/work.json
 */
export function profilePath(
  { profile = 'default', file }: ProfileName,
  env: Record<string, string | undefined>,
): string | undefined {
  if (file !== undefined) return resolve(file);
  if (!/^[A-Za-z0-9][\w.-]{0,63}$/.test(profile)) return undefined;
  const directory = env.LATCHKEY_HOME || join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'latchkey');
  return resolve(directory, `${profile}.json`);
}
