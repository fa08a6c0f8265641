import { LatchkeyError } from '@latchkey/shared/errors.ts';
import type { Clock } from '@latchkey/shared/time.ts';

/** What a wait for a job ends with. */
export type Outcome<T> = { done: true; result: T } | { done: false; requestId: string };

export interface PendingRequests<T> {
  /**
   * Starts work of a document and waits for it as long as an answer may take. A request that is sent again
   * over another port (the first one died) joins the work on its way.
   *
   * @param id the request's, which names the work from then on
   */
  start(document: string, id: string, deadlineMs: number, work: () => Promise<T>): Promise<Outcome<T>>;
  /** @throws {LatchkeyError} `expired` where the job is not this document's, or the background was stopped under it */
  poll(document: string, requestId: string): Promise<Outcome<T>>;
  /** Nobody waits any more; what the work does for others goes on. */
  cancel(document: string, requestId: string): void;
}

/** A timer that doesn't outlive the wait for it. */
export interface Timer {
  elapsed: Promise<void>;
  cancel(): void;
}

export interface PendingRequestsDeps {
  now: Clock;
  after(ms: number): Timer;
  /** Firefox drops an answer that takes over 30 s; default 15 s. */
  answerWithinMs?: number;
}

interface Job<T> {
  id: string;
  expiresAt: number;
  work: Promise<T>;
}

/**
 * Long work (a person at a sign-in window) is answered with `pending` and polled: no browser keeps a
 * background alive for an answer that is minutes away.
 */
export function createPendingRequests<T>({
  now,
  after,
  answerWithinMs = 15_000,
}: PendingRequestsDeps): PendingRequests<T> {
  const jobs = new Map<string, Job<T>>();

  const wait = async (key: string, job: Job<T>): Promise<Outcome<T>> => {
    const left = job.expiresAt - now();
    const timer = after(Math.max(0, Math.min(answerWithinMs, left)));
    try {
      const winner = await Promise.race([job.work.then((result) => ({ result })), timer.elapsed]);
      if (!winner && job.expiresAt > now()) return { done: false, requestId: job.id };
      jobs.delete(key);
      if (!winner) throw expired('the request took longer than its deadline');
      return { done: true, result: winner.result };
    } catch (error) {
      jobs.delete(key);
      throw error;
    } finally {
      timer.cancel();
    }
  };

  return {
    start(document, id, deadlineMs, work) {
      for (const [key, { expiresAt }] of jobs) if (expiresAt <= now()) jobs.delete(key);
      const key = keyOf(document, id);
      const job = jobs.get(key) ?? { id, expiresAt: now() + deadlineMs, work: work() };
      // A failure after the last poll has no one left to hear it.
      job.work.catch(() => undefined);
      jobs.set(key, job);
      return wait(key, job);
    },
    async poll(document, requestId) {
      const key = keyOf(document, requestId);
      const job = jobs.get(key);
      if (!job) throw expired('nothing is pending under this request_id: ask again');
      return wait(key, job);
    },
    cancel: (document, requestId) => void jobs.delete(keyOf(document, requestId)),
  };
}

/** Ids are the page's own, so they name work only together with the document that the browser stamped. */
const keyOf = (document: string, id: string): string => JSON.stringify([document, id]);

const expired = (message: string): LatchkeyError => new LatchkeyError({ code: 'expired', message });
