import type { Reach } from './findings.ts';

/** A broker that takes longer isn't healthy, no matter what it answers. */
const timeoutMs = 10_000;

export interface ReachDeps {
  fetch: typeof fetch;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Requests the broker's public metadata (RFC 8414), without cookie or proof, to test only the connection. */
export async function reachBroker(broker: string, { fetch, now }: ReachDeps): Promise<Reach> {
  const begun = now();
  try {
    const response = await fetch(new URL('/.well-known/oauth-authorization-server', broker), {
      credentials: 'omit',
      cache: 'no-store',
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const ended = now();
    const metadata = (await response.json().catch(() => undefined)) as { issuer?: unknown } | undefined;
    if (!response.ok || metadata?.issuer !== broker) {
      const message = `what answers there is not the broker ${broker} (${response.status})`;
      return { error: { code: 'unsupported', message } };
    }
    // The header has whole seconds, so it is behind by half a second on average.
    const date = Date.parse(response.headers.get('Date') ?? '') + 500;
    return { ms: ended - begun, clockMs: Number.isNaN(date) ? undefined : (begun + ended) / 2 - date };
  } catch (cause) {
    return { error: { code: 'offline', message: `the broker cannot be reached (${String(cause)})` } };
  }
}
