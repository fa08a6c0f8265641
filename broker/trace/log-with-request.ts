import type { Log, LogLine } from '../log.ts';
import { currentSpan } from './current-span.ts';

/** Adds the ID of the request that is being served to each line that has none. */
export function logWithRequest(log: Log): Log {
  const named = (line: LogLine): LogLine => ({ ...line, request_id: line.request_id ?? currentSpan()?.traceId });
  return {
    info: (line) => log.info(named(line)),
    warn: (line) => log.warn(named(line)),
    error: (line) => log.error(named(line)),
  };
}
