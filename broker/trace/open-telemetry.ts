import { SpanKind as Kind, ROOT_CONTEXT, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  type Sampler,
  SamplingDecision,
  type SpanExporter,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { keyedDigest } from '../keys/hash.ts';
import type { KeyRing } from '../keys/ring.ts';
import type { Log } from '../log.ts';
import type { TraceSettings } from './trace-settings.ts';
import type { Tracing } from './tracing.ts';

const kinds = { server: Kind.SERVER, client: Kind.CLIENT } as const;
/** The log repeats that traces can't be sent at this interval, in milliseconds. */
const repeatMs = 60_000;

interface Deps {
  settings: TraceSettings;
  ring: KeyRing;
  log: Log;
  now: () => number;
  version: string;
}

/**
 * Tracing by OpenTelemetry: spans go to a collector by OTLP over HTTP (protobuf), in batches. The queue is bounded: under
 * a flood, spans are dropped and requests are not. Where the collector is, and its headers, the exporter reads from the
 * environment.
 */
export function createOpenTelemetry({ settings, ring, log, now, version }: Deps): Tracing {
  const exporter = reporting(new OTLPTraceExporter(), log, now);
  const provider = new TracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': 'latchkey', 'service.version': version }))
      .merge(detectResources({ detectors: [envDetector] })),
    sampler: samplerOf(settings.ratio, ring),
    spanProcessors: [new BatchSpanProcessor({ exporter, ...settings.batch })],
  });
  const tracer = provider.getTracer('latchkey', version);
  return {
    isOn: true,
    start(name, kind, parent) {
      const context = parent
        ? trace.setSpanContext(ROOT_CONTEXT, { ...parent, traceFlags: TraceFlags.NONE, isRemote: kind === 'server' })
        : ROOT_CONTEXT;
      const span = tracer.startSpan(name, { kind: kinds[kind] }, context);
      const { traceId, spanId, traceFlags } = span.spanContext();
      let hasEnded = false;
      return {
        traceId,
        spanId,
        isSampled: (traceFlags & TraceFlags.SAMPLED) !== 0,
        rename: (to) => void span.updateName(to),
        set: (attributes) => void span.setAttributes(attributes),
        end(failure) {
          if (hasEnded) return;
          hasEnded = true;
          if (failure !== undefined) {
            span.setAttribute('error.type', failure);
            span.setStatus({ code: SpanStatusCode.ERROR });
          }
          span.end();
        },
      };
    },
    close: () => provider.shutdown(),
  };
}

/**
 * Decides by a keyed digest of the trace's ID. All replicas decide alike, and a caller that names a trace can't choose
 * an ID that is always recorded.
 */
function samplerOf(ratio: number, ring: KeyRing): Sampler {
  const isSampled = (traceId: string) =>
    ratio >= 1 || keyedDigest(ring.current.key, 'trace-sampling', traceId).readUInt32BE() < ratio * 2 ** 32;
  return {
    shouldSample: (_context, traceId) => ({
      decision: isSampled(traceId) ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD,
    }),
    toString: () => `Latchkey{${ratio}}`,
  };
}

/** Logs when the collector takes no spans. The SDK itself says nothing. */
function reporting(exporter: SpanExporter, log: Log, now: () => number): SpanExporter {
  let loggedAt = Number.NEGATIVE_INFINITY;
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.code !== 0 && now() - loggedAt >= repeatMs) {
          loggedAt = now();
          log.warn({ event: 'traces_not_sent', spans: spans.length, cause: result.error?.name });
        }
        done(result);
      }),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
    shutdown: () => exporter.shutdown(),
  };
}
