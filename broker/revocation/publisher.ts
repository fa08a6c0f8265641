import type { Clock } from '@latchkey/shared/time.ts';
import type { Store } from '../store/store.ts';

/** An event that a replica sends to all replicas, and each replica to its streams. */
export type BrokerEvent =
  /** These sessions (row IDs) have ended. */
  | { type: 'revoked'; sessions: string[]; reason: string }
  /** These devices (row IDs) have ended, or these access tokens (`jti`) are revoked. Only for what replicas remember. */
  | { type: 'ended'; devices?: string[]; tokens?: string[] }
  /** A person's rows were deleted. It does not say whose, because the person is to be forgotten. */
  | { type: 'erased' }
  /** A person's consents have changed. */
  | { type: 'consent'; sub: string }
  /** A person has signed in with a browser or a device that they had not signed in with before. */
  | { type: 'sign_in'; sub: string }
  /** A device named this account (`emailKey`). Its person can be asked. Whether there is one, nobody has looked. */
  | { type: 'device_request'; account: string }
  /** Permissions have to be requested again, by one person or, without `sub`, by everyone. */
  | { type: 'policy'; sub?: string | undefined };

export interface Publisher {
  /** Notifies every replica. Call it after the change itself is committed. */
  publish(event: BrokerEvent): Promise<void>;
}

/**
 * Creates a publisher that writes to the table every replica reads. It also works in a process that serves no
 * requests.
 */
export const createPublisher = ({ store, now }: { store: Pick<Store, 'appendRevocation'>; now: Clock }): Publisher => ({
  async publish(event) {
    await store.appendRevocation({ ...event }, now());
  },
});
