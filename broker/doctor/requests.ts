import type { Clock } from '@latchkey/shared/time.ts';
import { explainNoAnswer, type NoAnswer, patienceMs } from './no-answer.ts';

/** What network checks need. */
export interface DoctorDeps {
  fetch: typeof globalThis.fetch;
  now: Clock;
  /** How long to watch the event stream through the proxies. Default: a little longer than between two heartbeats. */
  holdMs?: number | undefined;
}

/** Sends one request and follows no redirect. @returns the response, or why there is none */
export async function ask(
  { fetch }: Pick<DoctorDeps, 'fetch'>,
  url: string | URL,
  init: RequestInit = {},
): Promise<{ response: Response } | { noAnswer: NoAnswer }> {
  try {
    return { response: await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(patienceMs), ...init }) };
  } catch (error) {
    return { noAnswer: explainNoAnswer(error, new URL(url)) };
  }
}
