import type { Clock } from '@latchkey/shared/time.ts';
import type { KeyRing } from '../keys/ring.ts';
import { errorSummary, type Log } from '../log.ts';
import type { AuditBatch, AuditStore } from '../store/store.ts';
import { batchHash, batchMac } from './chain.ts';

/** Entries per batch. */
const limit = 1_000;

interface Parts {
  store: AuditStore;
  ring: KeyRing;
  now: Clock;
  log: Log;
}

interface Retention {
  /** How long entries are kept, in milliseconds. Default: for good. */
  keepMs?: number | undefined;
}

/**
 * Seals all entries that are not sealed yet, and deletes what is too old. Each batch is logged, because a log that is
 * kept elsewhere shows later whether the end of the chain was cut off (`latchkey audit verify --head`).
 *
 * @returns the last batch that was sealed
 */
export async function sealAudit(
  { store, ring, now, log }: Parts,
  { keepMs }: Retention = {},
): Promise<AuditBatch | undefined> {
  const deleteBefore = keepMs === undefined ? undefined : now() - keepMs;
  for (let last: AuditBatch | undefined; ; ) {
    const batch = await store.sealAudit({
      limit,
      deleteBefore,
      seal(unsealed) {
        const at = now();
        const hash = batchHash({ ...unsealed, at });
        const key = ring.current;
        return { hash, at, ringKid: key.kid, mac: batchMac(key, hash) };
      },
    });
    if (!batch) return last;
    last = batch;
    log.info({ event: 'audit_sealed', batch: batch.number, hash: batch.hash, deleted_through: batch.floor });
  }
}

/** Seals again and again, for a running broker. */
export interface AuditSealer {
  /** Never throws: what is not sealed now is sealed next time. While one call runs, others wait for it. */
  run(retention: Retention): Promise<void>;
}

/**
 * Besides sealing, it remembers the last batch it has seen. Someone with the database could delete the last batches,
 * change their entries, and have them sealed anew. Then that batch is gone, and an error is logged.
 */
export function createAuditSealer(parts: Parts): AuditSealer {
  const { store, log } = parts;
  let seen: AuditBatch | undefined;
  let running: Promise<void> | undefined;

  const checkSeen = async (): Promise<void> => {
    const last = await store.lastAuditBatch();
    if (seen && seen.number > (last?.floor ?? 0)) {
      const [found] = await store.auditBatchesAfter(seen.number - 1, 1);
      if (found?.hash !== seen.hash) log.error({ event: 'audit_rewritten', batch: seen.number, hash: seen.hash });
    }
    seen = last;
  };

  const seal = async (retention: Retention): Promise<void> => {
    try {
      await checkSeen();
      seen = (await sealAudit(parts, retention)) ?? seen;
    } catch (error) {
      log.error({ event: 'audit_unsealed', cause: errorSummary(error) });
    }
  };

  return {
    run(retention) {
      running ??= seal(retention).finally(() => {
        running = undefined;
      });
      return running;
    },
  };
}
