import { AggregatorRegistry, Gauge, Registry } from 'prom-client';

/** The metrics of several workers, added up. */
export interface MetricsSum {
  /**
   * @param metrics of each worker that serves, by its process ID
   * @returns the text format of Prometheus
   */
  text(metrics: ReadonlyMap<number, object[]>): Promise<string>;
  /** A worker has ended. What it had counted when it was last asked stays in the sum, because counters never go down. */
  ended(pid: number): void;
  readonly contentType: string;
}

interface Metric {
  type?: unknown;
}

const addUp = (all: readonly object[][]) => AggregatorRegistry.aggregate([...all]);

/** Gauges say how things are now, so those of an ended worker are dropped. */
const counts = (metrics: readonly object[]): object[] =>
  metrics.filter(({ type }: Metric) => type === 'counter' || type === 'histogram');

/** @param count how many workers there should be */
export function createMetricsSum(count: number): MetricsSum {
  const own = new Registry();
  const missing = new Gauge({
    name: 'latchkey_workers_missing',
    help: 'Workers of --workers that do not serve',
    registers: [own],
  });
  const last = new Map<number, object[]>();
  let ofEnded: Promise<object[]> = Promise.resolve([]);
  return {
    async text(metrics) {
      for (const [pid, of] of metrics) last.set(pid, of);
      missing.set(count - metrics.size);
      return (await addUp([...last.values(), await ofEnded]).metrics()) + (await own.metrics());
    },
    ended(pid) {
      const of = last.get(pid);
      last.delete(pid);
      if (of) ofEnded = ofEnded.then((before) => addUp([before, counts(of)]).getMetricsAsJSON());
    },
    contentType: Registry.PROMETHEUS_CONTENT_TYPE,
  };
}
