import type { TraceContext } from './trace-context.ts';

/** More than the longest sign-in needs. A trace with thousands of requests is what trace viewers fail on. */
const maxRequests = 100;
/** More traces than are under way at once. Each takes some 100 bytes. */
const maxTraces = 10_000;

/**
 * Limits how many requests may name the same trace, so that nobody can fill one.
 *
 * @returns a function that returns its argument, or `undefined` once that trace has had its share at this replica
 */
export function createContinuedTraces(): (parent: TraceContext | undefined) => TraceContext | undefined {
  let [recent, before] = [new Map<string, number>(), new Map<string, number>()];
  return (parent) => {
    if (!parent) return undefined;
    const count = (recent.get(parent.traceId) ?? before.get(parent.traceId) ?? 0) + 1;
    if (recent.size >= maxTraces) [recent, before] = [new Map(), recent];
    recent.set(parent.traceId, count);
    return count <= maxRequests ? parent : undefined;
  };
}
