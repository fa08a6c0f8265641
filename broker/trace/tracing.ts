import { newSpanId, newTraceId, type TraceContext } from './trace-context.ts';

/** What a span says about its work. Only facts that the broker knows: no token, secret, person or address. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

export type SpanKind = 'server' | 'client';

/** A piece of work on a request: the request itself, a call of the store, or a request to a provider. */
export interface Span extends TraceContext {
  /** Whether it is exported. */
  readonly isSampled: boolean;
  rename(name: string): void;
  set(attributes: SpanAttributes): void;
  /**
   * Later calls change nothing.
   *
   * @param failure what failed, as a code or an error's name; the span then counts as failed
   */
  end(failure?: string): void;
}

/** Names each request, and records where its time goes. */
export interface Tracing {
  /** Whether spans are recorded. If not, they are IDs and nothing more. */
  readonly isOn: boolean;
  /** @param parent the work that this is part of; without one, a trace begins */
  start(name: string, kind: SpanKind, parent: TraceContext | undefined): Span;
  /** Sends what is left, and stops. */
  close(): Promise<void>;
}

/** Tracing that is off: it only draws IDs. */
export const noTracing: Tracing = {
  isOn: false,
  start: (_name, _kind, parent) => ({
    traceId: parent?.traceId ?? newTraceId(),
    spanId: newSpanId(),
    isSampled: false,
    rename() {},
    set() {},
    end() {},
  }),
  close: () => Promise.resolve(),
};
