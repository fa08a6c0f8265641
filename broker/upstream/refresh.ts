import type { Clock } from '#shared/time.ts';
import type { KeyRing } from '../keys/ring.ts';
import { open, type SealContext, seal } from '../keys/seal.ts';
import type { Log } from '../log.ts';
import type { GrantKind, Store, UpstreamGrant } from '../store/store.ts';
import type { Backoff } from './backoff.ts';
import type { RefreshOutcome, Upstream } from './types.ts';

/** A browser's or a device's session, as far as its refresh is concerned. */
export interface Refreshable {
  kind: GrantKind;
  id: string;
  /** What the holder presented: opens the refresh token and seals the next one. */
  secret: Uint8Array;
  idpSub: string;
  row: UpstreamGrant;
}

export type Refreshed =
  /** Another request's refresh counts as well: `row` is what the store holds now. */
  | { kind: 'fresh'; row: UpstreamGrant }
  | { kind: 'reauth_required' }
  /** Nothing changed; unexpired claims may still be used. */
  | { kind: 'unavailable'; retryAfterMs: number };

export type Refresher = (target: Refreshable) => Promise<Refreshed>;

interface Deps {
  store: Store;
  ring: KeyRing;
  upstreams: ReadonlyMap<string, Upstream>;
  backoff: Backoff;
  now: Clock;
  sleep: (ms: number) => Promise<void>;
  log: Log;
}

/** From the provider's answer to our commit. The lease has to outlast both, and end before the leeway does. */
const commitMarginMs = 2_000;
const pollMs = 100;

/**
 * Refreshes upstream, one at a time for each session across requests, processes and replicas.
 *
 * The row's lease keeps others out; the result is written by compare-and-set on its version. A crash after
 * the provider's rotation and before our commit leaves `refreshFirstSentAt` in the row: the old token is sent
 * again only within the provider's leeway from then on, and after that never, since that would end the whole
 * family at the provider.
 */
export function createRefresher(deps: Deps): Refresher {
  const { store, ring, upstreams, backoff, now, sleep, log } = deps;
  const inFlight = new Map<string, Promise<Refreshed>>();

  return (target) => {
    const key = `${target.kind}:${target.id}`;
    const running = inFlight.get(key);
    if (running) return running;
    const started = refresh(target).finally(() => inFlight.delete(key));
    inFlight.set(key, started);
    return started;
  };

  async function refresh(target: Refreshable): Promise<Refreshed> {
    const { kind, id, row } = target;
    const upstream = upstreams.get(row.upstream);
    if (!upstream) return { kind: 'reauth_required' };
    const waitMs = backoff.waitMs(row.upstream);
    if (waitMs > 0) return { kind: 'unavailable', retryAfterMs: waitMs };

    const leaseMs = upstream.refreshDeadlineMs + commitMarginMs;
    const taken = await store.beginRefresh(kind, id, row.version, leaseMs);
    if (!taken.taken) return waitForOther(target, now() + leaseMs);

    const refreshToken = openRefreshToken(target);
    const sentBefore = taken.dbNow - taken.firstSentAt;
    if (refreshToken === undefined || (sentBefore > 0 && !mayResend(upstream, sentBefore))) {
      await release(target, taken.lease, { clearFirstSent: true });
      return requireReauth(
        target,
        refreshToken === undefined ? 'no refresh token' : 'outcome of the last refresh unknown',
      );
    }
    return settle(target, taken.lease, upstream, await upstream.refresh(refreshToken, target.idpSub));
  }

  /** The answer must still arrive within the leeway, counted from the first sending. */
  function mayResend(upstream: Upstream, sentBefore: number): boolean {
    return upstream.preset.rotates === 'no' || sentBefore + commitMarginMs < upstream.config.refreshLeewayMs;
  }

  async function settle(
    target: Refreshable,
    lease: number,
    upstream: Upstream,
    outcome: RefreshOutcome,
  ): Promise<Refreshed> {
    const { kind, id, row } = target;
    if (outcome.kind !== 'unavailable') backoff.succeeded(row.upstream);
    switch (outcome.kind) {
      case 'refreshed': {
        const claims = { ...row.claims, ...defined(outcome.claims) };
        const committed = await commit(target, outcome.refreshToken, claims, now());
        return committed ? current(target) : { kind: 'reauth_required' };
      }
      case 'incomplete':
        await commit(target, outcome.refreshToken, row.claims, row.refreshedAt);
        if (row.state === 'recheck') await setState(target, 'recheck');
        return { kind: 'unavailable', retryAfterMs: backoff.failed(row.upstream, undefined) };
      case 'ended':
        await release(target, lease, { clearFirstSent: true, failure: 'invalid_grant' });
        return requireReauth(target, 'invalid_grant');
      case 'refused':
        if (outcome.refreshToken !== undefined) await commit(target, outcome.refreshToken, row.claims, row.refreshedAt);
        else await release(target, lease, { clearFirstSent: true, failure: outcome.error });
        // Providers differ in what they call a dead grant: any definite refusal counts when it comes twice in a row.
        if (row.refreshFailures > 0 || outcome.error === 'another subject') return requireReauth(target, outcome.error);
        return { kind: 'unavailable', retryAfterMs: 1_000 };
      case 'unavailable': {
        await release(target, lease, { clearFirstSent: !outcome.delivered });
        const retryAfterMs = backoff.failed(row.upstream, outcome.retryAfterMs);
        log.warn({
          event: 'upstream_unavailable',
          upstream: upstream.config.name,
          kind,
          session: id.slice(0, 8),
          retryAfterMs,
        });
        return { kind: 'unavailable', retryAfterMs };
      }
    }
  }

  async function commit(
    target: Refreshable,
    refreshToken: string | undefined,
    claims: UpstreamGrant['claims'],
    refreshedAt: number,
  ) {
    const sealed = refreshToken === undefined ? undefined : seal(ring, sealContext(target), refreshToken);
    return store.commitRefresh(target.kind, target.id, target.row.version, {
      sealedRefresh: sealed?.sealed,
      ringKid: sealed?.ringKid,
      claims,
      refreshedAt,
    });
  }

  /** One poller for all that wait in this process; the row tells when the other is done, or has died. */
  async function waitForOther(target: Refreshable, deadline: number): Promise<Refreshed> {
    while (now() < deadline) {
      await sleep(pollMs);
      const row = await read(target);
      if (!row || row.state === 'ended' || row.state === 'reauth_required') return { kind: 'reauth_required' };
      if (row.version !== target.row.version) return { kind: 'fresh', row };
      if (row.refreshingUntil === undefined)
        return { kind: 'unavailable', retryAfterMs: backoff.waitMs(row.upstream) || 1_000 };
    }
    return { kind: 'unavailable', retryAfterMs: 1_000 };
  }

  async function current(target: Refreshable): Promise<Refreshed> {
    const row = await read(target);
    return row && row.state !== 'ended' ? { kind: 'fresh', row } : { kind: 'reauth_required' };
  }

  async function read({ kind, id }: Refreshable): Promise<UpstreamGrant | undefined> {
    return kind === 'session' ? store.getSession(id) : store.getDeviceSession(id);
  }

  async function release(
    { kind, id, row }: Refreshable,
    lease: number,
    how: { clearFirstSent: boolean; failure?: string },
  ) {
    await store.releaseRefresh(kind, id, row.version, { lease, ...how });
  }

  async function setState({ kind, id }: Refreshable, to: 'recheck' | 'reauth_required') {
    const from = ['active', 'recheck'] as const;
    if (kind === 'session') await store.setSessionState(id, [...from], to);
    else await store.setDeviceSessionState(id, [...from], to);
  }

  async function requireReauth(target: Refreshable, why: string): Promise<Refreshed> {
    log.info({ event: 'reauth_required', kind: target.kind, session: target.id.slice(0, 8), why });
    await setState(target, 'reauth_required');
    return { kind: 'reauth_required' };
  }

  function openRefreshToken(target: Refreshable): string | undefined {
    const { sealedRefresh, ringKid } = target.row;
    if (sealedRefresh === undefined || ringKid === undefined) return undefined;
    return open(ring, sealContext(target), { sealed: sealedRefresh, ringKid });
  }
}

const sealContext = ({ kind, id, secret }: Refreshable): SealContext => ({ purpose: `${kind}-refresh`, id, secret });

/** What the provider did not say again at refresh stays; groups are always said, absent means none. */
const defined = <T extends object>(claims: T): Partial<T> =>
  Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined)) as Partial<T>;
