import type { Clock } from '@latchkey/shared/time.ts';
import type { KeyRing } from '../keys/ring.ts';
import { open, type SealContext, seal } from '../keys/seal.ts';
import type { Log } from '../log.ts';
import type { GrantKind, RefreshStore, Store, UpstreamGrant } from '../store/store.ts';
import type { Backoff } from './backoff.ts';
import { createCommitter } from './commit-refresh.ts';
import { type Every, hold, leaseMs } from './hold-lease.ts';
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

interface RefresherDeps {
  store: RefreshStore & Pick<Store, 'getSession' | 'getDeviceSession' | 'setSessionState' | 'setDeviceSessionState'>;
  ring: KeyRing;
  upstreams: ReadonlyMap<string, Upstream>;
  backoff: Backoff;
  now: Clock;
  sleep: (ms: number) => Promise<void>;
  every: Every;
  log: Log;
}

/** From the provider's answer to our commit; and what clocks may differ by at the end of a leeway. */
const commitMarginMs = 2_000;
const pollMs = 100;
/** Polls between two looks at whether the other's lease has run out. */
const pollsPerAttempt = 10;

/** A lease that was taken, and whether the token was sent before with an unknown outcome. */
interface Attempt {
  upstream: Upstream;
  lease: number;
  refreshToken: string;
  /** Since the first sending of this token, in milliseconds; 0: it has never been sent. */
  sentBefore: number;
}

/**
 * Refreshes upstream, one at a time for each session across requests, processes and replicas.
 *
 * The row's lease keeps others out; the result is written by compare-and-set on its version. A crash after
 * the provider's rotation and before our commit leaves `refreshFirstSentAt` in the row: the old token is sent
 * again only within the provider's leeway from then on, and after that never, since that would end the whole
 * family at the provider.
 */
export function createRefresher(deps: RefresherDeps): Refresher {
  const { store, ring, upstreams, backoff, now, sleep, every, log } = deps;
  const inFlight = new Map<string, Promise<Refreshed>>();
  const committer = createCommitter({ store, now, sleep, log });

  return (target) => {
    const key = `${target.kind}:${target.id}`;
    const running = inFlight.get(key);
    if (running) return running;
    const started = refresh(target).finally(() => inFlight.delete(key));
    inFlight.set(key, started);
    return started;
  };

  async function refresh(target: Refreshable): Promise<Refreshed> {
    const { row } = target;
    const upstream = upstreams.get(row.upstream);
    if (!upstream) return { kind: 'reauth_required' };
    // The store went away when this process had a new token for it: by now it may be there.
    if (await committer.pending(target)) return current(target);
    const waitMs = backoff.waitMs(row.upstream);
    // A token whose last outcome is unknown has only the leeway to be sent again: it doesn't wait.
    if (waitMs > 0 && row.refreshFirstSentAt === undefined) return { kind: 'unavailable', retryAfterMs: waitMs };
    return take(target, upstream);
  }

  /** Takes the lease, or waits for whoever has it: until they are done, or are found to have died. */
  async function take(target: Refreshable, upstream: Upstream): Promise<Refreshed> {
    const { kind, id, row } = target;
    // Before the lease, which counts as a sending: a key that is missing from the ring for a while is no lost answer.
    const refreshToken = openRefreshToken(target);
    if (refreshToken === undefined) return requireReauth(target, 'no refresh token');
    const deadline = now() + upstream.refreshDeadlineMs + commitMarginMs;
    while (now() < deadline) {
      const taken = await store.beginRefresh(kind, id, row.version, leaseMs);
      if (taken.taken) {
        const sentBefore = taken.dbNow - taken.firstSentAt;
        return send(target, { upstream, lease: taken.lease, refreshToken, sentBefore });
      }
      const settled = await watch(target, pollsPerAttempt);
      if (settled) return settled;
    }
    return { kind: 'unavailable', retryAfterMs: 1_000 };
  }

  async function send(target: Refreshable, attempt: Attempt): Promise<Refreshed> {
    const { upstream, lease, refreshToken, sentBefore } = attempt;
    const timeLeft = timeLeftMs(upstream, sentBefore);
    if (timeLeft <= 0) {
      await release(target, lease, { clearFirstSent: false });
      // The other may only have been cut off from the store, and have the answer.
      const settled = await watch(target, commitMarginMs / pollMs);
      if (settled?.kind === 'fresh') return settled;
      return requireReauth(target, 'outcome of the last refresh unknown');
    }
    const held = hold({ store, every }, target, lease);
    try {
      const outcome = await upstream.refresh(refreshToken, target.idpSub, timeLeft);
      return await settle(target, { ...attempt, lease: held.lease() }, outcome);
    } finally {
      held.stop();
    }
  }

  /** How long the provider may take. What is sent again must be answered within the leeway of its first sending. */
  function timeLeftMs({ preset, config, refreshDeadlineMs }: Upstream, sentBefore: number): number {
    if (sentBefore === 0 || preset.rotates === 'no') return refreshDeadlineMs;
    // The clock was set back: nobody knows how long ago it was.
    if (sentBefore < -commitMarginMs) return 0;
    return Math.min(refreshDeadlineMs, config.refreshLeewayMs - commitMarginMs - sentBefore);
  }

  async function settle(
    target: Refreshable,
    { upstream, lease, sentBefore }: Attempt,
    outcome: RefreshOutcome,
  ): Promise<Refreshed> {
    const { kind, id, row } = target;
    if (outcome.kind !== 'unavailable') backoff.succeeded(row.upstream);
    switch (outcome.kind) {
      case 'refreshed':
        await commit(target, outcome.refreshToken, {
          claims: { ...row.claims, ...defined(outcome.claims) },
          refreshedAt: now(),
        });
        return current(target);
      case 'incomplete':
        await commit(target, outcome.refreshToken);
        return { kind: 'unavailable', retryAfterMs: backoff.failed(row.upstream, undefined) };
      case 'ended':
        await release(target, lease, { clearFirstSent: true, failure: 'invalid_grant' });
        return requireReauth(target, 'invalid_grant');
      case 'refused':
        if (outcome.refreshToken !== undefined) await commit(target, outcome.refreshToken);
        else await release(target, lease, { clearFirstSent: sentBefore === 0, failure: outcome.error });
        // Providers differ in what they call a dead grant: any definite refusal counts when it comes twice in a row.
        if (row.refreshFailures > 0 || outcome.error === 'another subject') return requireReauth(target, outcome.error);
        return { kind: 'unavailable', retryAfterMs: 1_000 };
      case 'unavailable': {
        // What this answer leaves unsaid of an earlier sending stays unknown.
        await release(target, lease, { clearFirstSent: !outcome.delivered && sentBefore === 0 });
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

  /** @param learnt of the person; absent where the provider gave a token and nothing else of use */
  async function commit(
    target: Refreshable,
    refreshToken: string | undefined,
    learnt?: Pick<UpstreamGrant, 'claims' | 'refreshedAt'>,
  ): Promise<void> {
    const sealed = refreshToken === undefined ? undefined : seal(ring, sealContext(target), refreshToken);
    await committer.commit(target, { sealedRefresh: sealed?.sealed, ringKid: sealed?.ringKid, ...learnt });
  }

  /** One poller for all that wait in this process. @returns `undefined` while the row says that somebody is at it */
  async function watch(target: Refreshable, polls: number): Promise<Refreshed | undefined> {
    for (let poll = 0; poll < polls; poll += 1) {
      await sleep(pollMs);
      const row = await read(target);
      if (!row || row.state === 'ended' || row.state === 'reauth_required') return { kind: 'reauth_required' };
      if (row.version !== target.row.version) return { kind: 'fresh', row };
      if (row.refreshingUntil === undefined)
        return { kind: 'unavailable', retryAfterMs: backoff.waitMs(row.upstream) || 1_000 };
    }
    return undefined;
  }

  /** What the store holds after a commit: ours, or that of whoever came first. */
  async function current(target: Refreshable): Promise<Refreshed> {
    const row = await read(target);
    const moved = row && row.state !== 'ended' && row.version !== target.row.version;
    return moved ? { kind: 'fresh', row } : { kind: 'reauth_required' };
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

  async function requireReauth({ kind, id }: Refreshable, why: string): Promise<Refreshed> {
    log.info({ event: 'reauth_required', kind, session: id.slice(0, 8), why });
    const from = ['active', 'recheck'] as const;
    if (kind === 'session') await store.setSessionState(id, from, 'reauth_required');
    else await store.setDeviceSessionState(id, from, 'reauth_required');
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
