import type { RawBuilder } from 'kysely';
import type { Db } from './schema.ts';

/** What the two dialects do differently. Everything else in this folder is written once. */
export interface SqlDatabase {
  dialect: 'sqlite' | 'postgres';
  /** For single statements: each is atomic, and sees all that was committed before it began. */
  db: Db;
  /**
   * All or nothing, and as if alone (serializable; retried where the database gives up). `work` may run several
   * times: it does nothing but use `trx`.
   */
  transaction<T>(work: (trx: Db) => Promise<T>): Promise<T>;
  /** All or nothing, one at a time under this name among all processes, and after all that was done under it before. */
  exclusively<T>(name: string, work: (trx: Db) => Promise<T>): Promise<T>;
  /**
   * For what may be forgotten when the power fails, though not when the process dies: single statements that
   * don't wait for the disk. Nothing may go through here that an answer relies on later.
   */
  quick<T>(work: (db: Db) => Promise<T>): Promise<T>;
  /** Wakes those who `listen`, on other replicas too, once the transaction is committed. */
  wake(trx: Db): Promise<void>;
  /**
   * Hears other processes' `wake`, as far as the database can tell: a hint that may get lost.
   *
   * @returns what stops it
   */
  listen(listener: () => void): () => void;
  /** The database's clock in milliseconds since the epoch. */
  clock(): RawBuilder<number>;
}
