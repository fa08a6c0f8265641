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
  try {
    const parts = live.replace(read());
    log.info({ event: 'config_reloaded', changed: parts.join(' ') || 'nothing' });
    if (parts.length > 0) changed(parts);
  } catch (error) {
    if (!(error instanceof ConfigError)) {
      log.error({ event: 'config_refused', cause: errorSummary(error) });
      return;
    }
    for (const { path, message, line } of error.faults) {
      log.error({ event: 'config_refused', path: path.join('.'), fault: message, line });
    }
  }
}
