import type { FetchInit } from '@latchkey/page';
import { sleep } from '@latchkey/shared/sleep.ts';
import type { retryAfter } from './worth-retrying.ts';

/** What came of a request: a response, or what `fetch` threw. */
type Outcome = Response | { thrown: unknown };

const attempts = 3;
/** Longer waits are the caller's to decide: a person looks at the page. */
const longestWaitMs = 10_000;

interface Repeated {
  input: RequestInfo | URL;
  init: FetchInit | undefined;
  tokenWait: typeof retryAfter;
}

/**
 * Repeats a request, up to three attempts in all. A token that can't be had for a moment is asked for again, and a 429 is
 * repeated after its `Retry-After`, whatever the method. After a network failure, or a 502, 503 or 504, the API may
 * have done its work, so only idempotent methods are repeated (RFC 9110 §9.2.2). A streamed body is never repeated.
 *
 * @param first attempt, which wasn't fine
 * @param tokenWait which errors of the extension are worth it; passed in, so that this module can be loaded alone
 * @returns the last attempt's response
 * @throws what the last attempt threw, or the reason of `signal`, if it aborts during a wait
 */
export async function repeat(
  first: Promise<Response>,
  once: () => Promise<Response>,
  { input, init = {}, tokenWait }: Repeated,
): Promise<Response> {
  const request = input instanceof Request ? input : undefined;
  if (init.body instanceof ReadableStream) return first;
  const idempotent = /^(?:GET|HEAD|OPTIONS|PUT|DELETE)$/i.test(init.method ?? request?.method ?? 'GET');
  let latest = await outcomeOf(first);
  for (let attempt = 1; attempt < attempts; attempt++) {
    const wait = waitAfter(latest, { idempotent, backoffMs: 250 * 2 ** attempt, tokenWait });
    if (wait === undefined || wait > longestWaitMs) break;
    if ('body' in latest) await latest.body?.cancel();
    await sleep(wait, init.signal ?? request?.signal);
    latest = await outcomeOf(once());
  }
  if ('thrown' in latest) throw latest.thrown;
  return latest;
}

const outcomeOf = (attempt: Promise<Response>): Promise<Outcome> => attempt.catch((thrown) => ({ thrown }));

/** @returns milliseconds until another attempt, or `undefined` for none */
function waitAfter(
  outcome: Outcome,
  { idempotent, backoffMs, tokenWait }: { idempotent: boolean; backoffMs: number } & Pick<Repeated, 'tokenWait'>,
): number | undefined {
  if ('thrown' in outcome) {
    const { thrown } = outcome;
    return thrown instanceof TypeError && idempotent ? backoffMs : tokenWait(thrown, backoffMs);
  }
  const { status, headers } = outcome;
  const worthIt = status === 429 || (idempotent && [502, 503, 504].includes(status));
  if (!worthIt) return undefined;
  const after = headers.get('retry-after');
  if (after === null) return backoffMs;
  // A number of seconds, or a date (RFC 9110 §10.2.3). The clock here may be wrong, and the answer's own date may be hidden.
  const answeredAt = Date.parse(headers.get('date') ?? '') || Date.now();
  const wait = /^\d+$/.test(after) ? Number(after) * 1_000 : Date.parse(after) - answeredAt;
  return wait >= 0 ? wait : backoffMs;
}
