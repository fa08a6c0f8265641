import type { Clock } from '@latchkey/shared/time.ts';
import { expired } from '../errors.ts';

/** How a wait for a job ends. */
export type Outcome<T> = { done: true; result: T } | { done: false };

export interface PendingRequests<T> {
  /**
   * Starts a document's work and waits for it as long as one answer may take. If the page resends a request over a new
   * port (because the first port died), it joins the running work.
   *
   * @param id ID of the request, which identifies the work from now on
   */
  start(document: string, id: string, deadlineMs: number, work: () => Promise<T>): Promise<Outcome<T>>;
  /** @throws {LatchkeyError} `expired` if the job isn't this document's, or the background was stopped since */
  poll(document: string, requestId: string): Promise<Outcome<T>>;
  /** The page no longer waits. Work that others share continues. */
  cancel(document: string, requestId: string): void;
}

/** A timer that can be canceled. */
export interface Timer {
  elapsed: Promise<void>;
  cancel(): void;
}

export interface PendingRequestsDeps {
  now: Clock;
  after(ms: number): Timer;
  /** Firefox drops an answer that takes over 30 s. Defaults to 15 s. */
  answerWithinMs?: number;
}

interface Job<T> {
  expiresAt: number;
  work: Promise<T>;
}

/**
 * Answers long-running work, such as an open sign-in window, with `pending` and lets the page poll. No browser keeps a
 * background alive for an answer that takes minutes.
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
    let isOver = true;
    try {
      const winner = await Promise.race([job.work.then((result) => ({ result })), timer.elapsed]);
      if (winner) return { done: true, result: winner.result };
      if (job.expiresAt <= now()) throw expired('the request took longer than its deadline');
      isOver = false;
      return { done: false };
    } finally {
      timer.cancel();
      // The page may have canceled the job, and asked again under its ID.
      if (isOver && jobs.get(key) === job) jobs.delete(key);
    }
  };

  return {
    start(document, id, deadlineMs, work) {
      for (const [key, { expiresAt }] of jobs) if (expiresAt <= now()) jobs.delete(key);
      const key = keyOf(document, id);
      const job = jobs.get(key) ?? { expiresAt: now() + deadlineMs, work: work() };
      // A failure after the last poll has no receiver.
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

/** Pages choose the IDs, so an ID is unique only together with the document ID from the browser. */
const keyOf = (document: string, id: string): string => JSON.stringify([document, id]);
