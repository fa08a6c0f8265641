import { randomUUID } from 'node:crypto';
import type { Clock } from '@latchkey/shared/time.ts';
import { createFailureReports } from './audit/failed-authentications.ts';
import type { Config } from './config/types.ts';
import type { Deps } from './deps.ts';
import { createFeed } from './events/feed.ts';
import { createKnownTokens } from './gateway/known-tokens.ts';
import { createHookSigners } from './hooks/signer.ts';
import type { KeyRing } from './keys/ring.ts';
import { createCounter } from './limits/counter.ts';
import type { Log } from './log.ts';
import { meteredStore } from './metrics/metered-store.ts';
import { createMetrics, type Metrics } from './metrics/metrics.ts';
import { createChosenSecretCheck } from './oauth/client-authentication/chosen-secret.ts';
import { secretMatches } from './oauth/client-authentication/client-secret.ts';
import { createRequestLines } from './request-lines.ts';
import { isShared } from './store/open.ts';
import type { Store } from './store/store.ts';
import { createNonceIssuer } from './tokens/dpop-nonce.ts';
import { createMinter } from './tokens/minter.ts';
import { createProofChecker } from './tokens/proof-checker.ts';
import { createSigningKeys } from './tokens/signing-keys.ts';
import { createTokenVerifier } from './tokens/token-verifier.ts';
import { rememberInMemory, rememberInStore } from './tokens/used-proofs.ts';
import { logWithRequest } from './trace/log-with-request.ts';
import { tracedFetch } from './trace/traced-fetch.ts';
import { tracedStore } from './trace/traced-store.ts';
import { noTracing, type Tracing } from './trace/tracing.ts';
import { createBackoff } from './upstream/backoff.ts';
import type { Every } from './upstream/hold-lease.ts';
import { meteredUpstream } from './upstream/metered-upstream.ts';
import { providerFetch } from './upstream/provider-fetch.ts';
import { createRefresher } from './upstream/refresh.ts';
import { createRefusals, refusedRequests } from './upstream/refusals.ts';
import { createUpstream } from './upstream/upstream.ts';

/** Everything that comes from outside the broker's code. */
export interface World {
  config: Config;
  store: Store;
  ring: KeyRing;
  log: Log;
  now: Clock;
  /** A clock that is never set, in milliseconds. */
  elapsed: Clock;
  fetch: typeof globalThis.fetch;
  random: () => number;
  sleep: (ms: number) => Promise<void>;
  every: Every;
  /** Default: new ones. */
  metrics?: Metrics | undefined;
  /** Default: off. */
  tracing?: Tracing | undefined;
}

/** Wires the parts together. */
export function compose(world: World): Deps {
  const { config, ring, now, elapsed, random, sleep, every, metrics = createMetrics(), tracing = noTracing } = world;
  const store = tracedStore(meteredStore(world.store, metrics, config.store), tracing, config.store);
  const log = logWithRequest(world.log);
  const fetch = providerFetch(tracedFetch(world.fetch, tracing));
  const refusals = createRefusals({ now, log });
  const upstreams = new Map(
    [...config.upstreams].map(([name, upstream]) => [
      name,
      meteredUpstream(
        createUpstream({
          config: upstream,
          credentials: () => config.upstreams.get(name) ?? upstream,
          fetch,
          now,
          log,
          refusals,
        }),
        metrics,
      ),
    ]),
  );
  const keys = createSigningKeys({ store, ring, now, log });
  const backoff = createBackoff({ now, random });
  metrics.watchProviders(
    () => [...upstreams.keys()].map((name) => [name, backoff.failures(name)]),
    () =>
      [...upstreams.keys()].flatMap((name) =>
        refusedRequests.map((request) => [name, request, refusals.of(name).some((one) => one.request === request)]),
      ),
    () =>
      [...config.upstreams.values()].flatMap(({ name, secretExpiresAt: at }) =>
        at === undefined ? [] : [[name, at / 1_000] as const],
      ),
  );
  const feed = createFeed({ store, now, elapsed, sleep, log });
  const count = createCounter({ config, store, now });
  const isAlone = !isShared(config.store);
  const rememberProof = isAlone ? rememberInMemory(store, { elapsed }) : rememberInStore(store);
  const nonces = createNonceIssuer({ ring, now, life: isAlone ? randomUUID() : undefined });
  return {
    config,
    store,
    ring,
    upstreams,
    backoff,
    refusals,
    count,
    checkChosenSecret: createChosenSecretCheck({ count, secretMatches }),
    refresher: createRefresher({
      store,
      ring,
      upstreams,
      backoff,
      now,
      sleep,
      every,
      log,
    }),
    keys,
    minter: createMinter({ issuer: config.issuer, keys, metrics, now }),
    verifyToken: createTokenVerifier({ issuer: config.issuer, keys, now }),
    knownTokens: createKnownTokens({ config, store, keys, ring, feed, now, elapsed }),
    nonces,
    checkProof: createProofChecker({ rememberProof, nonces, now }),
    signers: new Map(
      [...config.upstreams].map(([name, upstream]) => [name, createHookSigners(upstream, { fetch, now })]),
    ),
    feed,
    metrics,
    reportFailure: createFailureReports({ store, metrics, log, now }),
    tracing,
    log,
    requestLines: createRequestLines({ log, now, later: (work, ms) => void sleep(ms).then(work) }),
    now,
    elapsed,
  };
}
