import { describe, expect, it } from 'vitest';
import { createContinuedTraces } from './continued-traces.ts';
import { formatTraceparent, newSpanId, newTraceId, parseTraceparent } from './trace-context.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';

describe('a traceparent', () => {
  it('is read back as it was written', () => {
    const context = { traceId: newTraceId(), spanId: newSpanId() };
    expect(parseTraceparent(formatTraceparent(context, true))).toEqual(context);
  });

  it('of a later version may have more at its end', () => {
    expect(parseTraceparent(`cc-${traceId}-${spanId}-01-what-the-future-will-be-like`)).toEqual({ traceId, spanId });
  });

  it.each([
    undefined,
    '',
    traceId,
    `00-${traceId}-${spanId}`,
    `00-${traceId}-${spanId}-01-more`,
    `ff-${traceId}-${spanId}-01`,
    `00-${'0'.repeat(32)}-${spanId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `00-${traceId}-${spanId}-01, 00-${traceId}-${spanId}-01`,
    `00-${traceId}-${spanId}-01\n`,
    ` 00-${traceId}-${spanId}-01`,
    `00-${'4'.repeat(100_000)}`,
  ])('is not %j', (header) => {
    expect(parseTraceparent(header)).toBeUndefined();
  });
});

describe('traces that callers name', () => {
  it('have a hundred requests at most, however many others are named in between', () => {
    const continued = createContinuedTraces();
    const named = { traceId, spanId };
    let taken = 0;
    for (let request = 0; request < 150; request += 1) {
      if (continued(named)) taken += 1;
      for (let other = 0; other < 60; other += 1) continued({ traceId: newTraceId(), spanId });
    }
    expect(taken).toBe(100);
    expect(continued({ traceId: newTraceId(), spanId })).toBeDefined();
  });
});
