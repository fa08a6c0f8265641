import type { Clock } from '@latchkey/shared/time.ts';
import type { KeyRing } from '../keys/ring.ts';
import { open, type SealContext, seal } from '../keys/seal.ts';
import { errorSummary, type Log } from '../log.ts';
import type { GrantClaims, GrantKind, RefreshStore, RotationStore, Store, UpstreamGrant } from '../store/store.ts';
import type { Backoff } from './backoff.ts';
import { createCommitter } from './commit-refresh.ts';
import { findIssuer } from './find-issuer.ts';
import { type Every, hold, leaseMs } from './hold-lease.ts';
import { createPostponement, type Postponed, targetKey, unconfirmed } from './postpone-refresh.ts';
import { createRotation } from './rotation.ts';
import type { RefreshOutcome, Upstream } from './types.ts';

/** The parts of a browser or device session needed for a refresh. */
export interface Refreshable {
  kind: GrantKind;
  id: string;
  /** Secret presented by the holder. Opens the stored refresh token and seals the next one. */
  secret: Uint8Array;
  idpSub: string;
  row: UpstreamGrant;
}

export type Refreshed =
  /** Refreshed by this or a concurrent request. `row` is the row as now stored. */
  { kind: 'fresh'; row: UpstreamGrant } | { kind: 'reauth_required'; why?: 'provider_replaced' } | Postponed;

export type Refresher = (target: Refreshable) => Promise<Refreshed>;

interface RefresherDeps {
  store: RefreshStore &
    RotationStore &
    Pick<Store, 'getSession' | 'getDeviceSession' | 'setSessionState' | 'setDeviceSessionState' | 'upsertPerson'>;
  ring: KeyRing;
  upstreams: ReadonlyMap<string, Upstream>;
  backoff: Backoff;
  now: Clock;
  sleep: (ms: number) => Promise<void>;
  every: Every;
  log: Log;
}

/** Time allowed between the provider's response and the commit, and for clock skew at the end of the leeway. */
const commitMarginMs = 2_000;
const pollMs = 100;
/** Number of polls between attempts to take over an expired lease. */
const pollsPerAttempt = 10;

/** A lease held by this process, and whether the token was sent before with an unknown outcome. */
interface Attempt {
  upstream: Upstream;
  lease: number;
  refreshToken: string;
  /** Milliseconds since this token was first sent; 0 if it was never sent. */
  sentBefore: number;
}

/**
 * Refreshes at the provider, one at a time per session across requests, processes, and replicas.
 *
 * A lease on the row excludes others, and the result is written by compare-and-set on the row's version. A crash
 * between the provider's response and the commit leaves `refreshFirstSentAt` in the row. If the provider rotates refresh
 * tokens, the old one is then resent only within the leeway: using it later would revoke the whole token family. If not,
 * it is resent at any time.
 */
export function createRefresher(deps: RefresherDeps): Refresher {
  const { store, ring, upstreams, backoff, now, sleep, every, log } = deps;
  const inFlight = new Map<string, Promise<Refreshed>>();
  const committer = createCommitter({ store, now, sleep, log });
  const postponement = createPostponement({ backoff, log });
  const rotation = createRotation({ store, now, log });

  return (target) => {
    const key = targetKey(target);
    const running = inFlight.get(key);
    if (running) return running;
    const started = refresh(target).finally(() => inFlight.delete(key));
    inFlight.set(key, started);
    return started;
  };

  async function refresh(target: Refreshable): Promise<Refreshed> {
    const { row } = target;
    const upstream = findIssuer(upstreams, row);
    if (!upstream) {
      // The row stays as it is: the grant is good again if the issuer is put back.
      log.warn({ event: 'provider_replaced', upstream: row.upstream, issuer: row.issuer, kind: target.kind });
      return { kind: 'reauth_required', why: 'provider_replaced' };
    }
    // The store was unavailable when this process had a new token to write. The write may have succeeded by now.
    if (await committer.pending(target)) return current(target);
    // A token that may have been replaced can only be resent within the leeway, so it does not wait for the backoff.
    const isUrgent = row.refreshFirstSentAt !== undefined && (await rotation.mayHaveReplaced(upstream));
    if (isUrgent) return take(target, upstream);
    const waiting = postponement.admit(target);
    if (waiting) return waiting;
    try {
      return await take(target, upstream);
    } finally {
      postponement.leave(target);
    }
  }

  /** Takes the lease, or waits until its holder finishes or the lease expires. */
  async function take(target: Refreshable, upstream: Upstream): Promise<Refreshed> {
    const { kind, id, row } = target;
    // Open the token before taking the lease, which marks the token as sent: a temporarily missing ring key must not
    // look like a lost response.
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
    return unconfirmed;
  }

  async function send(target: Refreshable, attempt: Attempt): Promise<Refreshed> {
    const { upstream, lease, refreshToken, sentBefore } = attempt;
    const timeLeft = await timeLeftMs(upstream, sentBefore);
    if (timeLeft <= 0) {
      await release(target, lease, { clearFirstSent: false });
      // The other process may have the response but be temporarily cut off from the store.
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

  /** Time limit for the response. A token that may have been replaced must be answered within the leeway of its first use. */
  async function timeLeftMs(upstream: Upstream, sentBefore: number): Promise<number> {
    const { config, refreshDeadlineMs } = upstream;
    if (sentBefore === 0 || !(await rotation.mayHaveReplaced(upstream))) return refreshDeadlineMs;
    // If the clock was set back, the time since the first attempt is unknown. Giving up would surely cost the sign-in.
    return Math.min(refreshDeadlineMs, config.refreshLeewayMs - commitMarginMs - Math.max(sentBefore, 0));
  }

  async function settle(
    target: Refreshable,
    { upstream, lease, refreshToken, sentBefore }: Attempt,
    outcome: RefreshOutcome,
  ): Promise<Refreshed> {
    const { row } = target;
    if (outcome.kind === 'refreshed' || outcome.kind === 'ended') postponement.settled(target);
    switch (outcome.kind) {
      case 'refreshed':
        await commit(target, outcome.refreshToken, {
          claims: { ...row.claims, ...defined(outcome.claims) },
          refreshedAt: now(),
        });
        await rotation.learn(upstream, refreshToken, outcome.refreshToken);
        await followPerson(target, outcome.claims);
        return current(target);
      case 'incomplete':
        await commit(target, outcome.refreshToken);
        return postponement.postpone(target, outcome);
      case 'ended':
        await release(target, lease, { clearFirstSent: true, failure: outcome.error });
        return requireReauth(target, outcome.error, outcome.description);
      case 'refused':
        // Nothing was processed; an earlier attempt's outcome stays unknown.
        await release(target, lease, { clearFirstSent: sentBefore === 0, failure: outcome.refusal.error });
        return postponement.postpone(target, outcome);
      case 'unavailable':
        // This response says nothing about an earlier attempt, whose outcome stays unknown.
        await release(target, lease, { clearFirstSent: !outcome.delivered && sentBefore === 0 });
        return postponement.postpone(target, outcome);
    }
  }

  /** Keeps the person's name and e-mail as the provider last said them: a revocation by e-mail uses the new one. */
  async function followPerson({ idpSub, row }: Refreshable, { name, email }: GrantClaims): Promise<void> {
    if ((name ?? row.claims.name) === row.claims.name && (email ?? row.claims.email) === row.claims.email) return;
    const { issuer, upstream, sub: newSub } = row;
    try {
      await store.upsertPerson({ issuer, idpSub, upstream, newSub, name, email }, now());
    } catch (error) {
      // The refresh has been stored, so this must not fail it.
      log.warn({ event: 'person_not_updated', cause: errorSummary(error) });
    }
  }

  /** @param learnt the person's new claims; absent if the provider returned a token but no usable claims */
  async function commit(
    target: Refreshable,
    refreshToken: string | undefined,
    learnt?: Pick<UpstreamGrant, 'claims' | 'refreshedAt'>,
  ): Promise<void> {
    const sealed = refreshToken === undefined ? undefined : seal(ring, sealContext(target), refreshToken);
    await committer.commit(target, { sealedRefresh: sealed?.sealed, ringKid: sealed?.ringKid, ...learnt });
  }

  /**
   * Polls the row, once for all waiters in this process.
   *
   * @returns `undefined` if the row is still leased after the last poll
   */
  async function watch(target: Refreshable, polls: number): Promise<Refreshed | undefined> {
    for (let poll = 0; poll < polls; poll += 1) {
      await sleep(pollMs);
      const row = await read(target);
      if (!row || row.state === 'ended' || row.state === 'reauth_required') return { kind: 'reauth_required' };
      if (row.version !== target.row.version) return { kind: 'fresh', row };
      if (row.refreshingUntil === undefined) return postponement.current(target) ?? unconfirmed;
    }
    return undefined;
  }

  /** Reads the row after a commit, whether this process or another one wrote it. */
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

  async function requireReauth({ kind, id }: Refreshable, why: string, description?: string): Promise<Refreshed> {
    log.info({
      event: 'reauth_required',
      kind,
      session: id.slice(0, 8),
      why,
      provider_error_description: description,
    });
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

/** Drops undefined claims, so claims missing from a refresh keep their value. Groups are always set; absent means none. */
const defined = <T extends object>(claims: T): Partial<T> =>
  Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined)) as Partial<T>;
