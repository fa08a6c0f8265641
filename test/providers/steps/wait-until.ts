import { setTimeout as sleep } from 'node:timers/promises';

/** Asks every half second until the answer is one. @throws {Error} naming `what`, after the deadline */
export async function waitUntil<T>(what: string, ask: () => Promise<T | undefined>, deadlineMs = 120_000): Promise<T> {
  const deadline = Date.now() + deadlineMs;
  while (Date.now() < deadline) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await sleep(500);
  }
  throw new Error(`after ${deadlineMs / 1_000} s, there is still not: ${what}`);
}
