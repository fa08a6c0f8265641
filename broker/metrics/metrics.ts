import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { FailureKind } from '../errors.ts';

/** What operators watch, in the text format of Prometheus. No label names a person, a session, a site or an address. */
export interface Metrics {
  /** A request has come. @returns what is called when it is answered */
  request(): (answered: AnsweredRequest) => void;
  /** A refresh at the provider has begun. @returns what is called with what came of it */
  refresh(upstream: string): (outcome: RefreshResult) => void;
  /** An access token was signed. @param kind whom it is for */
  token(kind: TokenKind): void;
  /** Someone failed to prove who they are. @param kind how */
  authenticationFailed(kind: FailureKind): void;
  streamOpened(): void;
  streamClosed(): void;
  /**
   * Both are called at each scrape.
   *
   * @param failures failures in a row, by provider
   * @param refusing whether a provider refuses this broker, by provider and request
   */
  watchProviders(
    failures: () => Iterable<[upstream: string, failures: number]>,
    refusing: () => Iterable<[upstream: string, request: string, isRefusing: boolean]>,
  ): void;
  /** Node's own figures: memory, event loop, garbage collection. Once a process. */
  watchProcess(): void;
  readonly contentType: string;
  text(): Promise<string>;
}

export interface AnsweredRequest {
  method: string;
  /** The endpoint's pattern, or `none`; never the path, which anybody can make up. */
  route: string;
  status: number;
}

/** What came of a refresh at the provider. */
export type RefreshResult = 'refreshed' | 'ended' | 'refused' | 'incomplete' | 'unavailable';

export type TokenKind = 'session' | 'device' | 'service';

/** A refresh waits for somebody else's server; everything else should take milliseconds. */
const requestSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
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
  const streams = new Gauge({
    name: 'latchkey_event_streams',
    help: 'Event streams of browsers open at this replica',
    registers,
  });

  return {
    request() {
      const stop = requests.startTimer();
      return ({ method, route, status }) =>
        void stop({ http_request_method: method, http_route: route, http_response_status_code: status });
    },
    refresh(upstream) {
      const stop = refreshes.startTimer({ upstream });
      return (outcome) => void stop({ outcome });
    },
    token: (kind) => tokens.inc({ kind }),
    authenticationFailed: (kind) => failedAuthentications.inc({ kind }),
    streamOpened: () => streams.inc(),
    streamClosed: () => streams.dec(),
    watchProviders(failures, refusing) {
      new Gauge({
        name: 'latchkey_upstream_failures',
        help: 'Failures in a row of an identity provider; 0 while it answers',
        labelNames: ['upstream'],
        registers,
        collect() {
          for (const [upstream, count] of failures()) this.set({ upstream }, count);
        },
      });
      new Gauge({
        name: 'latchkey_upstream_refusing',
        help: 'Whether an identity provider refuses this broker as a client; 1 until an administrator corrects it',
        labelNames: ['upstream', 'request'],
        registers,
        collect() {
          for (const [upstream, request, isRefusing] of refusing()) this.set({ upstream, request }, isRefusing ? 1 : 0);
        },
      });
    },
    watchProcess: () => collectDefaultMetrics({ register: registry }),
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}
