type Env = Readonly<Record<string, string | undefined>>;

/** What the environment says about traces. */
export interface TraceSettings {
  /** The share of traces that is recorded, 0 to 1. */
  ratio: number;
  /** Limits of the queue to the collector. What is absent has the SDK's default. */
  batch: {
    scheduledDelayMillis?: number;
    exportTimeoutMillis?: number;
    maxQueueSize?: number;
    maxExportBatchSize?: number;
  };
}

/** A variable has a value that this broker can't follow. */
export class TraceSettingsError extends Error {
  override readonly name = 'TraceSettingsError';
  readonly code = 'invalid_environment';
}

/**
 * Reads the variables of OpenTelemetry. Traces are on if an endpoint is set. The exporter reads endpoint, headers,
 * certificates, compression and time-out itself.
 *
 * @returns undefined if traces are off
 * @throws {TraceSettingsError}
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export function readTraceSettings(env: Env): TraceSettings | undefined {
  if (!env.OTEL_EXPORTER_OTLP_ENDPOINT && !env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) return undefined;
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === 'true' || env.OTEL_TRACES_EXPORTER === 'none') return undefined;
  oneOf(env, 'OTEL_TRACES_EXPORTER', ['otlp']);
  for (const name of ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL'])
    oneOf(env, name, ['http/protobuf']);
  const batch = {
    scheduledDelayMillis: number(env, 'OTEL_BSP_SCHEDULE_DELAY'),
    exportTimeoutMillis: number(env, 'OTEL_BSP_EXPORT_TIMEOUT'),
    maxQueueSize: number(env, 'OTEL_BSP_MAX_QUEUE_SIZE'),
    maxExportBatchSize: number(env, 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE'),
  };
  return {
    ratio: ratioOf(env),
    batch: Object.fromEntries(Object.entries(batch).filter(([, value]) => value !== undefined)),
  };
}

/** `parentbased_…` is like its root: a caller doesn't decide whether its request is recorded. */
function ratioOf(env: Env): number {
  const name = 'OTEL_TRACES_SAMPLER';
  const ways = ['always_on', 'always_off', 'traceidratio'];
  const sampler = oneOf(env, name, [...ways, ...ways.map((way) => `parentbased_${way}`)])?.replace('parentbased_', '');
  if (sampler === 'always_off') return 0;
  return sampler === 'traceidratio' ? Math.min(number(env, `${name}_ARG`) ?? 1, 1) : 1;
}

function oneOf(env: Env, name: string, values: readonly string[]): string | undefined {
  const value = env[name];
  if (!value || values.includes(value)) return value || undefined;
  throw new TraceSettingsError(`${name} is "${value}"; this broker knows ${values.join(', ')}`);
}

function number(env: Env, name: string): number | undefined {
  const value = env[name];
  if (!value) return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value);
  throw new TraceSettingsError(`${name} is "${value}"; it must be a number`);
}
