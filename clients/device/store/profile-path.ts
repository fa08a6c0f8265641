import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

export interface ProfileName {
  /** Default `default`. */
  profile?: string | undefined;
  /** Instead of a profile: this very file. */
  file?: string | undefined;
}

/**
 * Where a profile's credentials are: `--file`, or `<profile>.json` in `$LATCHKEY_HOME`, else in
 * `$XDG_CONFIG_HOME/latchkey`, else in `~/.config/latchkey`.
 *
 * @returns `undefined` where the profile's name is none: letters, digits, `.`, `_` and `-`, at most 64
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
