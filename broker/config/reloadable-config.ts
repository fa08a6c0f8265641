import { isDeepStrictEqual } from 'node:util';
import { ConfigError } from './fault.ts';
import type { Config } from './types.ts';

/** What a running broker is built on: changing these takes a restart. As they are called in the file. */
const fixed = new Map<string, string>([
  ['issuer', 'issuer'],
  ['listen', 'listen'],
  ['adminListen', 'admin_listen'],
  ['store', 'store'],
  ['keysFile', 'keys_file'],
  ['upstreams', 'upstreams'],
] satisfies [keyof Config, string][]);

export interface ReloadableConfig {
  /** One object for as long as the broker runs: whoever holds it sees the latest. Parts of it must not be kept. */
  readonly config: Config;
  /**
   * Puts the next configuration in place, whole.
   *
   * @returns the parts that differ
   * @throws {ConfigError} where a part has changed that takes a restart; then nothing is different
   */
  replace(next: Config): string[];
}

/** A configuration that can be exchanged under those who hold it. */
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
