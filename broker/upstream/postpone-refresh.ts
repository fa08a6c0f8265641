import type { Log } from '../log.ts';
import type { GrantKind } from '../store/store.ts';
import type { Backoff } from './backoff.ts';
import type { RefreshOutcome } from './types.ts';
import { unavailableReason } from './unavailable-reason.ts';

/** Nothing changed; unexpired claims may still be used. `reason` is for `error_description`. */
export interface Postponed {
  kind: 'unavailable';
  retryAfterMs: number;
  reason: string;
}

interface Target {
  kind: GrantKind;
  id: string;
  row: { upstream: string };
}

export const targetKey = ({ kind, id }: Target): string => `${kind}:${id}`;

/** Another process is asking, or has asked. */
export const unconfirmed: Postponed = {
  kind: 'unavailable',
  retryAfterMs: 1_000,
  reason: 'the identity provider has not confirmed this sign-in yet; try again',
};

/**
 * Decides who waits after a failed refresh: everybody if the provider does not answer, else this session alone. One
 * person's bad answers close the provider for nobody else.
 */
export function createPostponement({ backoff, log }: { backoff: Backoff; log: Log }) {
  /** The session that is trying whether the provider is back, by provider. */
  const trying = new Map<string, string>();

  /** Returns the current wait of this session, if there is one. */
  function current(target: Target): Postponed | undefined {
    for (const key of [target.row.upstream, targetKey(target)]) {
      const retryAfterMs = backoff.waitMs(key);
      if (retryAfterMs > 0)
        return { kind: 'unavailable', retryAfterMs, reason: backoff.reason(key) ?? unconfirmed.reason };
    }
    return undefined;
  }

  return {
    current,
    /**
     * Lets the session ask the provider, or returns how long it waits. While a provider does not answer, only one
     * session at a time tries it: each attempt may leave a token whose outcome is unknown. Call `leave` afterwards.
     */
    admit(target: Target): Postponed | undefined {
      const { upstream } = target.row;
      const waiting = current(target);
      if (waiting || backoff.failures(upstream) === 0) return waiting;
      if (trying.has(upstream)) return { ...unconfirmed, reason: backoff.reason(upstream) ?? unconfirmed.reason };
      trying.set(upstream, targetKey(target));
      return undefined;
    },
    leave(target: Target): void {
      if (trying.get(target.row.upstream) === targetKey(target)) trying.delete(target.row.upstream);
    },
    postpone(target: Target, outcome: Exclude<RefreshOutcome, { kind: 'refreshed' | 'ended' }>): Postponed {
      const { kind, id, row } = target;
      const away = outcome.kind === 'unavailable' ? outcome : undefined;
      if (!away) backoff.succeeded(row.upstream);
      const key = away?.affects === 'provider' ? row.upstream : targetKey(target);
      const reason = unavailableReason(outcome);
      const retryAfterMs = backoff.failed(key, away?.retryAfterMs, reason);
      log.warn({
        event: away ? 'upstream_unavailable' : 'refresh_failed',
        upstream: row.upstream,
        kind,
        session: id.slice(0, 8),
        retryAfterMs,
        ...causeOf(outcome),
      });
      return { kind: 'unavailable', retryAfterMs, reason };
    },
    /** The provider has decided about the grant. */
    settled(target: Target): void {
      backoff.succeeded(target.row.upstream);
      backoff.succeeded(targetKey(target));
    },
  };
}

function causeOf(outcome: Exclude<RefreshOutcome, { kind: 'refreshed' | 'ended' }>) {
  switch (outcome.kind) {
    case 'refused':
      return { status: outcome.refusal.status, provider_error: outcome.refusal.error };
    case 'unavailable':
      return { status: outcome.status, cause: outcome.cause };
    case 'incomplete':
      return { cause: outcome.cause };
  }
}
