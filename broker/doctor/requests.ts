import type { Clock } from '@latchkey/shared/time.ts';

/** What the checks of the network work with. */
export interface DoctorDeps {
  fetch: typeof globalThis.fetch;
  now: Clock;
}

const patienceMs = 10_000;

/** One request that follows no redirect. @returns the answer, or why there is none, in a few words */
export async function ask(
  { fetch }: Pick<DoctorDeps, 'fetch'>,
  url: string | URL,
  init: RequestInit = {},
): Promise<{ response: Response } | { unreachable: string }> {
  try {
    return { response: await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(patienceMs), ...init }) };
  } catch (error) {
    return { unreachable: reasonOf(error) };
  }
}

/** The innermost code (`ECONNREFUSED`, `CERT_HAS_EXPIRED`, …): it is what people can search for. */
function reasonOf(error: unknown): string {
  let reason = 'no answer';
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (cause.name === 'TimeoutError') return `no answer within ${patienceMs / 1_000} s`;
    if (typeof code === 'string') reason = code;
  }
  return reason;
}
