import type { Clock } from '@latchkey/shared/time.ts';
import { errorSummary, type Log } from '../log.ts';
import { type GrantKind, type RefreshStore, StoreUnavailableError, type UpstreamGrant } from '../store/store.ts';

type Result = Parameters<RefreshStore['commitRefresh']>[3];

interface Target {
  kind: GrantKind;
  id: string;
  row: Pick<UpstreamGrant, 'version' | 'rechecks'>;
}

/** How long a rotated token is kept in memory while the store is unavailable. */
const keepMs = 600_000;
const retryMs = 250;

/**
 * Writes the provider's response to the store. If the store is unavailable, the waiting request fails, but the new
 * token stays in memory and the write is retried, for up to `keepMs` or until the process exits: the old token may
 * already be invalid.
 */
export function createCommitter({
  store,
  now,
  sleep,
  log,
}: {
  store: RefreshStore;
  now: Clock;
  sleep: (ms: number) => Promise<void>;
  log: Log;
}) {
  const kept = new Map<string, Promise<void>>();
  const keyOf = ({ kind, id }: Target) => `${kind}:${id}`;

  async function untilWritten(write: () => Promise<unknown>, deadline: number): Promise<void> {
    while (now() < deadline) {
      await sleep(retryMs);
      try {
        await write();
        return;
      } catch (error) {
        if (error instanceof StoreUnavailableError) continue;
        log.error({ event: 'refresh_not_stored', cause: errorSummary(error) });
        return;
      }
    }
    log.error({ event: 'refresh_not_stored', cause: 'the store was away for too long' });
  }

  return {
    /** @throws {StoreUnavailableError} immediately, while retries continue in the background */
    async commit(target: Target, result: Result): Promise<void> {
      const write = () => store.commitRefresh(target.kind, target.id, target.row, result);
      try {
        await write();
      } catch (error) {
        if (error instanceof StoreUnavailableError) {
          const key = keyOf(target);
          kept.set(
            key,
            untilWritten(write, now() + keepMs).finally(() => kept.delete(key)),
          );
        }
        throw error;
      }
    },
    /**
     * Waits for this session's pending write.
     *
     * @returns whether there was one
     */
    async pending(target: Target): Promise<boolean> {
      const writing = kept.get(keyOf(target));
      await writing;
      return writing !== undefined;
    },
  };
}
