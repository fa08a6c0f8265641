import type { Report } from '../model.ts';
import type { InsertAudit } from './audit.ts';
import type { SqlDatabase } from './database.ts';
import { codec } from './row.ts';
import type { Db } from './schema.ts';

/** How long a replica can be offline and still catch up on events: one day. */
const eventLifeMs = 86_400_000;

const revocation = codec<{ event: Record<string, unknown>; at: number }, 'event'>('event');

/** Writes audit entries and events in the transaction of the change that they report. */
export interface Reports {
  /** Call it last in the transaction: with an event, it takes the lock of the feed, which is held until the commit. */
  write(trx: Db, report: Report | undefined): Promise<void>;
  /** Appends one event. @returns its sequence number */
  append(trx: Db, event: Record<string, unknown>, now: number): Promise<number>;
  /** Wakes the listeners of this process. Call it after the commit. */
  tell(): void;
  /** Implements `RevocationStore.onRevocation`. */
  onEvent(listener: () => void): () => void;
}

export function createReports({ lock, wake, listen }: SqlDatabase, insertAudit: InsertAudit): Reports {
  const listeners = new Set<() => void>();
  let stopListening: (() => void) | undefined;
  const tell = () => {
    for (const listener of listeners) listener();
  };

  async function append(trx: Db, event: Record<string, unknown>, now: number): Promise<number> {
    // Appends are serialized, so sequence numbers become visible in order and readers miss none.
    await lock(trx, 'revocations');
    const { seq } = await trx
      .insertInto('revocations')
      .values({ ...revocation.encode({ event, at: now }), expiresAt: now + eventLifeMs })
      .returning('seq')
      .executeTakeFirstOrThrow();
    await wake(trx);
    return seq;
  }

  return {
    append,
    async write(trx, report) {
      if (!report) return;
      await insertAudit(trx, report.audit ?? [], report.at);
      for (const event of report.events ?? []) await append(trx, event, report.at);
    },
    tell,
    onEvent(listener) {
      listeners.add(listener);
      stopListening ??= listen(tell);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        stopListening?.();
        stopListening = undefined;
      };
    },
  };
}
