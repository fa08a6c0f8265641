import type { Log } from '../log.ts';
import type { Metrics } from './metrics.ts';

/** Counts warnings and errors by event, so that alerts need no access to the log. */
export const countedLog = (log: Log, metrics: Pick<Metrics, 'logged'>): Log => ({
  info: (line) => log.info(line),
  warn(line) {
    metrics.logged('warn', line.event);
    log.warn(line);
  },
  error(line) {
    metrics.logged('error', line.event);
    log.error(line);
  },
});
