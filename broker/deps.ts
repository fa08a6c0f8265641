import type { Clock } from '@latchkey/shared/time.ts';
import type { ReportedFailure } from './audit/failed-authentications.ts';
import type { Config } from './config/types.ts';
import type { Feed } from './events/feed.ts';
import type { KnownTokens } from './gateway/known-tokens.ts';
import type { HookSigners } from './hooks/signer.ts';
import type { KeyRing } from './keys/ring.ts';
import type { Counter } from './limits/counter.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { ChosenSecretCheck } from './oauth/client-authentication/chosen-secret.ts';
import type { RequestLines } from './request-lines.ts';
import type { Store } from './store/store.ts';
import type { NonceIssuer } from './tokens/dpop-nonce.ts';
import type { Minter } from './tokens/minter.ts';
import type { ProofChecker } from './tokens/proof-checker.ts';
import type { SigningKeys } from './tokens/signing-keys.ts';
import type { TokenVerifier } from './tokens/token-verifier.ts';
import type { Tracing } from './trace/tracing.ts';
import type { Backoff } from './upstream/backoff.ts';
import type { Refresher } from './upstream/refresh.ts';
import type { Refusals } from './upstream/refusals.ts';
import type { Upstream } from './upstream/types.ts';

/** Everything that the endpoints need. Created once, in `compose.ts`. Nothing below reads a global. */
export interface Deps {
  /** Changes when the file is reloaded (`reloadableConfig`). Read it each time, and keep no part of it. */
  config: Config;
  store: Store;
  ring: KeyRing;
  upstreams: ReadonlyMap<string, Upstream>;
  /** The providers' circuit breakers. */
  backoff: Backoff;
  /** Which providers refuse this broker as a client. */
  refusals: Refusals;
  refresher: Refresher;
  /** Counts against a budget. */
  count: Counter;
  checkChosenSecret: ChosenSecretCheck;
  keys: SigningKeys;
  minter: Minter;
  verifyToken: TokenVerifier;
  /** For `/verify` alone. */
  knownTokens: KnownTokens;
  nonces: NonceIssuer;
  checkProof: ProofChecker;
  /** By provider name. */
  signers: ReadonlyMap<string, HookSigners>;
  /** Events for open streams, on all replicas. */
  feed: Feed;
  metrics: Metrics;
  reportFailure(failure: ReportedFailure): Promise<void>;
  tracing: Tracing;
  log: Log;
  /** For requests that are answered in less time than a line takes. */
  requestLines: RequestLines;
  now: Clock;
  /** A clock that is never set, in milliseconds. */
  elapsed: Clock;
}
