import { isDeepStrictEqual } from 'node:util';
import { ConfigError } from './fault.ts';
import type { Config } from './types.ts';

/** Settings that require a restart to change, mapped to their names in the file. */
const fixed = new Map<string, string>([
  ['issuer', 'issuer'],
  ['listen', 'listen'],
  ['adminListen', 'admin_listen'],
  ['keepAliveMs', 'keep_alive'],
  ['store', 'store'],
  ['keysFile', 'keys_file'],
  ['upstreams', 'upstreams'],
] satisfies [keyof Config, string][]);

export interface ReloadableConfig {
  /** The same object for the life of the broker, always current. Do not keep references to parts of it. */
  readonly config: Config;
  /**
   * Replaces the whole configuration.
   *
   * @returns the names of the parts that changed
   * @throws {ConfigError} if a changed part requires a restart; nothing is applied
   */
  replace(next: Config): string[];
}

/** Creates a configuration that can be replaced while in use. */
export function reloadableConfig(first: Config): ReloadableConfig {
  const config = { ...first };
  return {
    config,
    replace(next) {
      const changed = (Object.keys(next) as (keyof Config)[]).filter(
        (part) => !isDeepStrictEqual(config[part], next[part]),
      );
      const stuck = changed.flatMap((part) => fixed.get(part) ?? []);
      if (stuck.length > 0) {
        throw new ConfigError(
          'the configuration',
          stuck.map((key) => ({ path: [key], message: 'changed. Restart the broker to apply it' })),
        );
      }
      Object.assign(config, next);
      return changed;
    },
  };
}
