import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { createRing } from '../keys/ring.ts';
import type { LogLine } from '../log.ts';
import { openTracing } from './open-tracing.ts';

it('a wrong variable turns traces off, says so, and the broker serves', async () => {
  const errors: LogLine[] = [];
  const log = { info() {}, warn() {}, error: (line: LogLine) => void errors.push(line) };
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' };
  const ring = createRing([{ kid: 'k1', key: randomBytes(32) }]);
  const tracing = await openTracing(env, { ring, log, now: Date.now, version: '1' });
  expect(tracing.isOn).toBe(false);
  expect(tracing.start('x', 'server', undefined).traceId).toMatch(/^[0-9a-f]{32}$/);
  expect(errors).toMatchObject([{ event: 'tracing_off', cause: expect.stringContaining('"grpc"') }]);
});
