import { LatchkeyError } from '#shared/errors.ts';
import type { Clock } from '#shared/time.ts';

/** What a wait for a job ends with. */
export type Outcome = { done: true; result: unknown } | { done: false; requestId: string };

export interface Jobs {
  /** Starts work of a document and waits for it as long as an answer may take. */
  start(document: string, deadlineMs: number, work: () => Promise<unknown>): Promise<Outcome>;
  /** @throws {LatchkeyError} `expired` where the job is not this document's, or the background was stopped under it */
  poll(document: string, requestId: string): Promise<Outcome>;
  /** Nobody waits any more; what the work does for others goes on. */
  cancel(document: string, requestId: string): void;
}

export interface JobsDeps {
  now: Clock;
  newId(): string;
  /** A timer that doesn't outlive the wait. */
  after(ms: number): { elapsed: Promise<void>; cancel(): void };
  /** Firefox drops an answer that takes over 30 s; default 15 s. */
  answerWithinMs?: number;
}

interface Job {
  document: string;
  expiresAt: number;
  work: Promise<unknown>;
}

/**
 * Long work (a person at a sign-in window) is answered with `pending` and polled: no browser keeps a
 * background alive for an answer that is minutes away.
 */
export function createJobs({ now, newId, after, answerWithinMs = 15_000 }: JobsDeps): Jobs {
  const jobs = new Map<string, Job>();

  const wait = async (requestId: string, job: Job): Promise<Outcome> => {
    const left = job.expiresAt - now();
    const timer = after(Math.max(0, Math.min(answerWithinMs, left)));
    try {
      const winner = await Promise.race([job.work.then((result) => ({ result })), timer.elapsed]);
      if (winner) {
        jobs.delete(requestId);
        return { done: true, result: winner.result };
      }
      if (job.expiresAt <= now()) throw expired('the request took longer than its deadline');
      return { done: false, requestId };
    } catch (error) {
      jobs.delete(requestId);
      throw error;
    } finally {
      timer.cancel();
    }
  };

  const find = (document: string, requestId: string): Job | undefined => {
    const job = jobs.get(requestId);
    return job?.document === document ? job : undefined;
  };

  return {
    start(document, deadlineMs, work) {
      for (const [id, { expiresAt }] of jobs) if (expiresAt <= now()) jobs.delete(id);
      const job = { document, expiresAt: now() + deadlineMs, work: work() };
      // A failure after the last poll has no one left to hear it.
      job.work.catch(() => undefined);
      const requestId = newId();
      jobs.set(requestId, job);
      return wait(requestId, job);
    },
    async poll(document, requestId) {
      const job = find(document, requestId);
      if (!job) throw expired('nothing is pending under this request_id: ask again');
      return wait(requestId, job);
    },
    cancel(document, requestId) {
      if (find(document, requestId)) jobs.delete(requestId);
    },
  };
}

const expired = (message: string): LatchkeyError => new LatchkeyError({ code: 'expired', message });
