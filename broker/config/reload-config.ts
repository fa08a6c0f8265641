import { errorSummary, type Log } from '../log.ts';
import { ConfigError } from './fault.ts';
import type { ReloadableConfig } from './reloadable-config.ts';
import type { Config } from './types.ts';

/**
 * Reloads the configuration. If it has faults, nothing changes and each fault is logged.
 *
 * @param changed called after a change has been applied, with the names of the sections that changed
 */
export function reloadConfig(
  live: ReloadableConfig,
  read: () => Config,
  log: Log,
  changed: (parts: string[]) => void,
): void {
  const parts = replaceConfig(live, read, log);
  if (!parts) return;
  log.info({ event: 'config_reloaded', changed: parts.join(' ') || 'nothing' });
  if (parts.length > 0) changed(parts);
}

/**
 * Replaces the configuration by what the file has now. If that has faults, nothing changes and each fault is logged.
 *
 * @returns the names of the sections that changed; `undefined` if it has faults
 */
export function replaceConfig(live: ReloadableConfig, read: () => Config, log: Log): string[] | undefined {
  try {
    return live.replace(read());
  } catch (error) {
    if (!(error instanceof ConfigError)) {
      log.error({ event: 'config_refused', cause: errorSummary(error) });
      return undefined;
    }
    for (const { path, message, line } of error.faults) {
      log.error({ event: 'config_refused', path: path.join('.'), fault: message, line });
    }
    return undefined;
  }
}
