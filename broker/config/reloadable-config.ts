import { isDeepStrictEqual } from 'node:util';
import type { Fault } from './fault.ts';
import { ConfigError } from './fault.ts';
import { sectionOf } from './section-digests.ts';
import type { Config, UpstreamConfig } from './types.ts';

/** Settings that require a restart to change. Of `upstreams`, see below. */
const fixed = new Set<keyof Config>(['issuer', 'listen', 'adminListen', 'keepAliveMs', 'store', 'keysFile', 'tls']);

export interface ReloadableConfig {
  /** The same object for the life of the broker, always current. Do not keep references to parts of it. */
  readonly config: Config;
  /**
   * Replaces the whole configuration.
   *
   * @returns the names of the sections that changed
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
      const faults = [
        ...changed
          .filter((part) => fixed.has(part))
          .map((part) => ({ path: [sectionOf(part)], message: 'changed. Restart the broker to apply it' })),
        ...upstreamFaults(config.upstreams, next.upstreams),
      ];
      if (faults.length > 0) throw new ConfigError('the configuration', faults);
      Object.assign(config, next);
      return changed.map(sectionOf);
    },
  };
}

/** What a provider and the broker share is replaced while the broker runs. All else of a provider is known at its start. */
function upstreamFaults(before: Config['upstreams'], after: Config['upstreams']): Fault[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].flatMap((name): Fault[] => {
    const [old, next] = [before.get(name), after.get(name)];
    const path = ['upstreams', name];
    if (!old || !next) {
      return [{ path, message: `was ${old ? 'removed' : 'added'}. Restart the broker to apply it` }];
    }
    if (isDeepStrictEqual(besidesCredentials(old), besidesCredentials(next))) return [];
    return [{ path, message: 'changed in more than its secrets and keys. Restart the broker to apply it' }];
  });
}

const besidesCredentials = ({
  authentication,
  otherAuthentication,
  secretExpiresAt,
  hooks,
  ...rest
}: UpstreamConfig) => ({
  ...rest,
  revocationIssuer: hooks.revocationIssuer,
});
