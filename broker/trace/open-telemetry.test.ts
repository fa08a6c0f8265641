import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { createRing } from '../keys/ring.ts';
import { createOpenTelemetry } from './open-telemetry.ts';
import { newSpanId } from './trace-context.ts';

const ring = createRing([{ kid: 'k1', key: randomBytes(32) }]);
const log = { info() {}, warn() {}, error() {} };
const opened: { close(): Promise<void> }[] = [];
afterAll(() => Promise.all(opened.map((tracing) => tracing.close())));

function tracing(ratio: number) {
  // No span ends here, so nothing is sent.
  const made = createOpenTelemetry({ settings: { ratio, batch: {} }, ring, log, now: Date.now, version: '1' });
  opened.push(made);
  return made;
}

describe('what is recorded', () => {
  it('keeps the trace that is named, with a span of its own', () => {
    const parent = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: newSpanId() };
    const span = tracing(1).start('x', 'server', parent);
    expect(span).toMatchObject({ traceId: parent.traceId, isSampled: true });
    expect(span.spanId).not.toBe(parent.spanId);
  });

  it('is nothing at the share 0', () => {
    expect(tracing(0).start('x', 'server', undefined).isSampled).toBe(false);
  });

  it('is a share that nobody can get into by choosing an ID', () => {
    const half = tracing(0.5);
    let sampled = 0;
    for (let index = 1; index <= 400; index += 1) {
      // The lowest IDs, which a sampler by the ID's value always takes.
      const traceId = index.toString(16).padStart(32, '0');
      const [first, second] = [0, 1].map(() => half.start('x', 'server', { traceId, spanId: newSpanId() }));
      expect(second?.isSampled).toBe(first?.isSampled);
      if (first?.isSampled) sampled += 1;
    }
    // 400 draws at one half leave this range once in 10^20 runs.
    expect(sampled).toBeGreaterThan(100);
    expect(sampled).toBeLessThan(300);
  });
});
