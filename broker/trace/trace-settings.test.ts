import { describe, expect, it } from 'vitest';
import { readTraceSettings } from './trace-settings.ts';

const OTEL_EXPORTER_OTLP_ENDPOINT = 'http://127.0.0.1:4318';

describe('traces are off', () => {
  it.each([
    {},
    { OTEL_SERVICE_NAME: 'latchkey', OTEL_TRACES_SAMPLER: 'always_on' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: '' },
    { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SDK_DISABLED: 'True' },
    { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_EXPORTER: 'none' },
  ])('with %j', (env) => {
    expect(readTraceSettings(env)).toBeUndefined();
  });
});

describe('traces are on', () => {
  it.each<[Record<string, string>, number]>([
    [{}, 1],
    [{ OTEL_TRACES_SAMPLER: 'parentbased_always_on' }, 1],
    [{ OTEL_TRACES_SAMPLER: 'always_off' }, 0],
    [{ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' }, 0.25],
    [{ OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '7' }, 1],
  ])('with %j for the share %d', (env, ratio) => {
    expect(readTraceSettings({ OTEL_EXPORTER_OTLP_ENDPOINT, ...env })).toEqual({ ratio, batch: {} });
  });

  it('with the limits of the queue', () => {
    const env = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1/x', OTEL_BSP_MAX_QUEUE_SIZE: '10' };
    expect(readTraceSettings(env)?.batch).toEqual({ maxQueueSize: 10 });
  });
});

it.each<[Record<string, string>, RegExp]>([
  [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, /OTEL_EXPORTER_OTLP_PROTOCOL is "grpc".*http\/protobuf/],
  [{ OTEL_TRACES_EXPORTER: 'zipkin' }, /OTEL_TRACES_EXPORTER/],
  [{ OTEL_TRACES_SAMPLER: 'jaeger_remote' }, /OTEL_TRACES_SAMPLER is "jaeger_remote"/],
  [{ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: 'half' }, /_ARG.*number/],
])('%j is an error that names the variable', (env, message) => {
  expect(() => readTraceSettings({ OTEL_EXPORTER_OTLP_ENDPOINT, ...env })).toThrow(message);
});
