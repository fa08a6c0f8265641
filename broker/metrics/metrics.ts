import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { type FailureKind, failureKinds } from '../errors.ts';

/** What operators watch, in the text format of Prometheus. No label names a person, a session, a site or an address. */
export interface Metrics {
  /** A request was answered. @param seconds how long that took */
  request(answered: AnsweredRequest, seconds: number): void;
  /** A refresh at the provider has begun. @returns what is called with what came of it */
  refresh(upstream: string): (outcome: RefreshResult) => void;
  /** An access token was signed. @param kind whom it is for */
  token(kind: TokenKind): void;
  /** Someone failed to prove who they are. @param kind how */
  authenticationFailed(kind: FailureKind): void;
  /** An access token lacks groups that its resource's configuration includes, because they don't fit. */
  groupsDidNotFit(): void;
  /** A sign-in has ended. @param outcome `completed`, `provider_refused`, or the code of the error */
  signIn(kind: SignInKind, outcome: string): void;
  /** A line was logged. */
  logged(level: 'warn' | 'error', event: string): void;
  /** A call of the store has begun. @returns what is called when it ends, with the name of its error */
  storeOperation(system: string, operation: string): (error: string | undefined) => void;
  /** Replaces the number of sessions in the store. */
  sessions(counts: Iterable<{ kind: string; state: string; count: number }>): void;
  /** Which program this is. Once a process. */
  build(version: string): void;
  streamOpened(): void;
  streamClosed(): void;
  /**
   * Both are called at each scrape.
   *
   * @param failures failures in a row, by provider
   * @param refusing whether a provider refuses this broker, by provider and request
   * @param secretExpiry when a provider's client secret expires, in seconds since the epoch, where that is known
   */
  watchProviders(
    failures: () => Iterable<[upstream: string, failures: number]>,
    refusing: () => Iterable<[upstream: string, request: string, isRefusing: boolean]>,
    secretExpiry: () => Iterable<[upstream: string, seconds: number]>,
  ): void;
  /** Node's own figures: memory, event loop, garbage collection. Once a process. */
  watchProcess(): void;
  readonly contentType: string;
  text(): Promise<string>;
  /** The same, one object for each metric, for a process that adds several up (`metrics-sum.ts`). */
  json(): Promise<object[]>;
}

export interface AnsweredRequest {
  method: string;
  /** The endpoint's pattern, or `none`; never the path, which anybody can make up. */
  route: string;
  status: number;
}

/** What came of a refresh at the provider. */
export type RefreshResult = 'refreshed' | 'ended' | 'refused' | 'incomplete' | 'unavailable';

/** `session`: of the extension; `page`: at the broker's own pages; `device`: of a device or native client. */
export type SignInKind = 'session' | 'page' | 'device';

export type TokenKind = 'session' | 'device' | 'service';

/** A refresh waits for somebody else's server; everything else should take milliseconds. */
const requestSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Events that alerts look for. They are there with 0 from the start: Prometheus sees no increase in what appears as 1. */
const alertingEvents = [
  ['error', 'audit_rewritten'],
  ['error', 'audit_unsealed'],
  ['error', 'config_refused'],
  ['error', 'keys_not_reloaded'],
  ['error', 'server_error'],
  ['warn', 'traces_not_sent'],
] as const;
/** There are many operations, so few buckets. */
const storeSeconds = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5];
const refreshSeconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];

/** Request figures have OpenTelemetry's names and labels, the others begin with `latchkey_`. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Histogram({
    name: 'http_server_request_duration_seconds',
    help: 'Duration of requests to the public listener',
    labelNames: ['http_request_method', 'http_route', 'http_response_status_code'],
    buckets: requestSeconds,
    registers,
  });
  /** By labels, which name endpoints and nothing that anybody can make up. */
  const children = new Map<string, ReturnType<typeof requests.labels>>();
  const refreshes = new Histogram({
    name: 'latchkey_upstream_refresh_duration_seconds',
    help: 'Refreshes at the identity provider, by outcome',
    labelNames: ['upstream', 'outcome'],
    buckets: refreshSeconds,
    registers,
  });
  const tokens = new Counter({
    name: 'latchkey_access_tokens_total',
    help: 'Access tokens signed, by whom they are for',
    labelNames: ['kind'],
    registers,
  });
  const failedAuthentications = new Counter({
    name: 'latchkey_failed_authentications_total',
    help: 'Failed authentications, by what was wrong',
    labelNames: ['kind'],
    registers,
  });
  const shortened = new Counter({
    name: 'latchkey_access_tokens_groups_omitted_total',
    help: 'Access tokens signed without some groups, because they did not fit',
    registers,
  });
  const signIns = new Counter({
    name: 'latchkey_sign_ins_total',
    help: 'Sign-ins, by how they ended',
    labelNames: ['kind', 'outcome'],
    registers,
  });
  const logged = new Counter({
    name: 'latchkey_log_events_total',
    help: 'Warnings and errors in the log, by event',
    labelNames: ['level', 'event'],
    registers,
  });
  for (const kind of failureKinds) failedAuthentications.inc({ kind }, 0);
  for (const [level, event] of alertingEvents) logged.inc({ level, event }, 0);
  const operations = new Histogram({
    name: 'db_client_operation_duration_seconds',
    help: 'Calls of the store; error_type is empty if they succeed',
    labelNames: ['db_system_name', 'db_operation_name', 'error_type'],
    buckets: storeSeconds,
    registers,
  });
  const sessions = new Gauge({
    name: 'latchkey_sessions',
    help: 'Browser sessions and devices in the store; each replica reports the same',
    labelNames: ['kind', 'state'],
    aggregator: 'max',
    registers,
  });
  const build = new Gauge({
    name: 'latchkey_build_info',
    help: '1, with the version as a label',
    labelNames: ['version', 'node'],
    aggregator: 'first',
    registers,
  });
  const streams = new Gauge({
    name: 'latchkey_event_streams',
    help: 'Event streams of browsers open at this replica',
    registers,
  });

  return {
    request({ method, route, status }, seconds) {
      const name = `${method} ${route} ${status}`;
      const child = children.get(name) ?? requests.labels(method, route, String(status));
      children.set(name, child);
      child.observe(seconds);
    },
    refresh(upstream) {
      const stop = refreshes.startTimer({ upstream });
      return (outcome) => void stop({ outcome });
    },
    token: (kind) => tokens.inc({ kind }),
    authenticationFailed: (kind) => failedAuthentications.inc({ kind }),
    groupsDidNotFit: () => shortened.inc(),
    signIn: (kind, outcome) => signIns.inc({ kind, outcome }),
    logged: (level, event) => logged.inc({ level, event }),
    storeOperation(system, operation) {
      const stop = operations.startTimer({ db_system_name: system, db_operation_name: operation });
      return (error) => void stop({ error_type: error ?? '' });
    },
    sessions(counts) {
      sessions.reset();
      for (const { kind, state, count } of counts) sessions.set({ kind, state }, count);
    },
    build: (version) => build.set({ version, node: process.versions.node }, 1),
    streamOpened: () => streams.inc(),
    streamClosed: () => streams.dec(),
    watchProviders(failures, refusing, secretExpiry) {
      new Gauge({
        name: 'latchkey_upstream_failures',
        help: 'Failures in a row of an identity provider; 0 while it answers',
        labelNames: ['upstream'],
        aggregator: 'max',
        registers,
        collect() {
          for (const [upstream, count] of failures()) this.set({ upstream }, count);
        },
      });
      new Gauge({
        name: 'latchkey_upstream_refusing',
        help: 'Whether an identity provider refuses this broker as a client; 1 until an administrator corrects it',
        labelNames: ['upstream', 'request'],
        aggregator: 'max',
        registers,
        collect() {
          for (const [upstream, request, isRefusing] of refusing()) this.set({ upstream, request }, isRefusing ? 1 : 0);
        },
      });
      new Gauge({
        name: 'latchkey_upstream_secret_expiry_timestamp_seconds',
        help: "When an identity provider's client secret expires, as client_secret_expires_at says",
        labelNames: ['upstream'],
        aggregator: 'max',
        registers,
        collect() {
          // A reload may have taken the date away.
          this.reset();
          for (const [upstream, seconds] of secretExpiry()) this.set({ upstream }, seconds);
        },
      });
    },
    watchProcess: () => collectDefaultMetrics({ register: registry }),
    contentType: registry.contentType,
    text: () => registry.metrics(),
    json: () => registry.getMetricsAsJSON(),
  };
}
