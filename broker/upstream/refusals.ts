import type { Clock } from '@latchkey/shared/time.ts';
import type { Log } from '../log.ts';
import type { Refusal } from './types.ts';

/** What was refused: grants that exist, or new ones. A client can be allowed one and not the other. */
export type RefusedRequest = 'refresh' | 'sign_in';
export const refusedRequests: readonly RefusedRequest[] = ['refresh', 'sign_in'];

/** A refusal that is still the provider's last word. */
export interface StandingRefusal extends Pick<Refusal, 'error' | 'status'> {
  request: RefusedRequest;
  /** Milliseconds since the epoch. */
  since: number;
}

/**
 * Remembers which providers refuse this broker as a client, for operators: only they can put it right. State is per
 * process and not shared between replicas.
 */
export interface Refusals {
  refused(upstream: string, request: RefusedRequest, refusal: Refusal): void;
  accepted(upstream: string, request: RefusedRequest): void;
  of(upstream: string): StandingRefusal[];
}

/** The log repeats a refusal that lasts at this interval. */
const repeatMs = 60_000;

export function createRefusals({ now, log }: { now: Clock; log: Log }): Refusals {
  const standing = new Map<string, StandingRefusal & { loggedAt: number }>();
  const keyOf = (upstream: string, request: RefusedRequest) => `${upstream}:${request}`;
  return {
    refused(upstream, request, { error, status, description }) {
      const key = keyOf(upstream, request);
      const before = standing.get(key);
      const isNew = before?.error !== error || before.status !== status;
      const isDue = isNew || now() - before.loggedAt >= repeatMs;
      standing.set(key, {
        request,
        error,
        status,
        since: before?.since ?? now(),
        loggedAt: isDue ? now() : before.loggedAt,
      });
      if (!isDue) return;
      log.error({
        event: 'upstream_misconfigured',
        upstream,
        request,
        status,
        provider_error: error,
        provider_error_description: description,
        cure: cureOf({ error, status }, upstream),
      });
    },
    accepted(upstream, request) {
      if (standing.delete(keyOf(upstream, request))) log.info({ event: 'upstream_accepts_again', upstream, request });
    },
    of: (upstream) =>
      refusedRequests.flatMap((request) => {
        const found = standing.get(keyOf(upstream, request));
        return found ? [{ request, error: found.error, status: found.status, since: found.since }] : [];
      }),
  };
}

function cureOf({ error, status }: Pick<Refusal, 'error' | 'status'>, upstream: string): string {
  if (error === 'invalid_client' || status === 401)
    return `The client secret or key of upstreams.${upstream} is wrong or has expired, or client_id or client_auth is wrong. Correct it, and reload the configuration with SIGHUP (a new client_id needs a restart). Nobody has to sign in again.`;
  if (error === 'unauthorized_client' || error === 'unsupported_grant_type')
    return 'Allow the authorization code and refresh token grants for this client at the provider. Some providers also say this of a wrong client secret.';
  if (error === 'invalid_scope')
    return `Allow every scope of upstreams.${upstream}.scopes for this client at the provider.`;
  if (error.startsWith('http_'))
    return "This isn't an OAuth response: a firewall, a proxy or an IP allowlist between the broker and the provider may have answered. Run latchkey doctor.";
  return 'Look for this error in the provider’s log and documentation, and run latchkey doctor.';
}
