import type { Clock } from '@latchkey/shared/time.ts';
import type { FailedAuthentication } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { AuditStore } from '../store/store.ts';

/** A failed authentication together with the request that it came in. */
export interface ReportedFailure extends FailedAuthentication {
  requestId: string;
  address: string;
  /** What the failures of one sender are counted by. */
  network: string;
}

/** How long the failures of one sender share one entry, in milliseconds. */
const quietMs = 60_000;
/** Senders that have an entry of their own. All others share one, so a flood fills neither memory nor the audit log. */
const maxSenders = 1_000;

/**
 * Records failed authentications in the log, the audit log and the metrics. The metric counts each one. The first failure of
 * a sender is written at once; those of the next minute become one entry with their number.
 *
 * @returns a function that never throws: what the caller is told doesn't depend on the audit log
 */
export function createFailureReports({
  store,
  metrics,
  log,
  now,
}: {
  store: Pick<AuditStore, 'appendAudit'>;
  metrics: Pick<Metrics, 'authenticationFailed'>;
  log: Log;
  now: Clock;
}): (failure: ReportedFailure) => Promise<void> {
  const senders = new Map<string, { until: number; unwritten: number }>();

  /** @returns how many failures the entry stands for, or `undefined` if it is not time for one */
  function countOf(sender: string): number | undefined {
    const at = now();
    const last = senders.get(sender);
    if (last && at < last.until) {
      last.unwritten++;
      return undefined;
    }
    senders.delete(sender);
    if (senders.size >= maxSenders) for (const [key, { until }] of senders) if (until <= at) senders.delete(key);
    if (senders.size >= maxSenders && sender !== others) return countOf(others);
    senders.set(sender, { until: at + quietMs, unwritten: 0 });
    return 1 + (last?.unwritten ?? 0);
  }

  return async ({ kind, client, sub, requestId, address, network }) => {
    metrics.authenticationFailed(kind);
    const count = countOf(`${kind} ${client ?? sub ?? ''} ${network}`);
    if (count === undefined) return;
    log.warn({ event: 'authentication_failed', kind, client, sub, address, count, request_id: requestId });
    const detail = { kind, ...(client === undefined ? {} : { client }), address, count, request_id: requestId };
    try {
      await store.appendAudit({ type: 'authentication.failed', ...(sub === undefined ? {} : { sub }), detail }, now());
    } catch {
      // The log line is there; the store's outage has its own lines.
    }
  };
}

const others = 'others';
