import type { CompiledQuery, RawBuilder } from 'kysely';
import type { Db } from './schema.ts';

/** Operations that differ between the two dialects. All other code in this folder is shared. */
export interface SqlDatabase {
  dialect: 'sqlite' | 'postgres';
  /** For single statements. Each is atomic and sees everything committed before it began. */
  db: Db;
  /**
   * Runs `work` in a serializable transaction and retries serialization failures. `work` may run several times, so it
   * must have no side effects other than through `trx`.
   */
  transaction<T>(work: (trx: Db) => Promise<T>): Promise<T>;
  /**
   * Runs `work` in a transaction under a named lock that is held across all processes. `work` sees everything
   * committed earlier under the same lock.
   */
  exclusively<T>(name: string, work: (trx: Db) => Promise<T>): Promise<T>;
  /** Takes the named lock of `exclusively` until the transaction ends. */
  lock(trx: Db, name: string): Promise<void>;
  /**
   * For single statements that don't wait for the disk. Writes survive a process crash, but possibly not a power
   * failure. Do not use it for writes that a response relies on later.
   */
  quick<T>(work: (db: Db) => Promise<T>): Promise<T>;
  /**
   * For the statements of hot paths, outside of transactions: runs one the shortest way that the database has.
   *
   * @param options `isQuick` as `quick`
   */
  statement<Row>(
    query: CompiledQuery<Row>,
    options: { isQuick: boolean },
  ): (parameters: readonly unknown[]) => Promise<Row[]>;
  /** Wakes all listeners, including those of other replicas, once the transaction commits. */
  wake(trx: Db): Promise<void>;
  /**
   * Listens for `wake` calls of other processes, if the database supports it. Notifications are hints and may be lost.
   *
   * @returns a function that stops listening
   */
  listen(listener: () => void): () => void;
  /** The database clock, in milliseconds since the epoch. */
  clock(): RawBuilder<number>;
}
