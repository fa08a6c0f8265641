import type { Clock } from '@latchkey/shared/time.ts';
import type { Store } from '../store/store.ts';

/** What the broker's replicas tell each other, and each its streams. */
export type BrokerEvent =
  /** These sessions (by row id) have ended. */
  | { type: 'revoked'; sessions: string[]; reason: string }
  /** A person's consents have changed. */
  | { type: 'consent'; sub: string }
  /** What somebody may do has to be asked for again: of one person, or of everybody. */
  | { type: 'policy'; sub?: string | undefined };

export interface Publisher {
  /** Tells every replica. Call it after what it tells of has been committed. */
  publish(event: BrokerEvent): Promise<void>;
}

/** Publishes through the table that every replica reads, also from a process that serves nobody. */
export const createPublisher = ({ store, now }: { store: Pick<Store, 'appendRevocation'>; now: Clock }): Publisher => ({
  async publish(event) {
    await store.appendRevocation({ ...event }, now());
  },
});
