import type { Clock } from '@latchkey/shared/time.ts';

/** What network checks need. */
export interface DoctorDeps {
  fetch: typeof globalThis.fetch;
  now: Clock;
}

const patienceMs = 10_000;

/** Sends one request and follows no redirect. @returns the response, or a short reason why there is none */
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

/** The innermost code (`ECONNREFUSED`, `CERT_HAS_EXPIRED`, …), which people can search for. */
function reasonOf(error: unknown): string {
  let reason = 'no answer';
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (cause.name === 'TimeoutError') return `no answer within ${patienceMs / 1_000} s`;
    if (typeof code === 'string') reason = code;
  }
  return reason;
}
