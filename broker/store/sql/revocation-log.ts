import type { Revocation } from '../model.ts';
import type { SqlDatabase } from './database.ts';
import { codec } from './row.ts';
import type { Db } from './schema.ts';

/** How long a replica can be offline and still catch up on revocations: one day. */
const revocationLifeMs = 86_400_000;

export const revocation = codec<Revocation, 'event'>('event');

export type RevocationLog = ReturnType<typeof createRevocationLog>;

/** Appends revocations, and tells this process's listeners and those of other replicas. */
export function createRevocationLog({ lock, wake, listen }: Pick<SqlDatabase, 'lock' | 'wake' | 'listen'>) {
  const listeners = new Set<() => void>();
  let stopListening: (() => void) | undefined;
  const tell = () => {
    for (const listener of listeners) listener();
  };

  return {
    /**
     * Appends in a transaction. Call it last, since others wait from here until the transaction ends, and `tell` when it
     * has.
     */
    async append(trx: Db, event: Record<string, unknown>, now: number): Promise<number> {
      // Appends are serialized, so sequence numbers become visible in order and readers miss none.
      await lock(trx, 'revocations');
      const { seq } = await trx
        .insertInto('revocations')
        .values({ ...revocation.encode({ event, at: now }), expiresAt: now + revocationLifeMs })
        .returning('seq')
        .executeTakeFirstOrThrow();
      await wake(trx);
      return seq;
    },
    tell,
    onRevocation(listener: () => void): () => void {
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
