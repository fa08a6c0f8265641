import type { Turn } from '../rounds.ts';
import { median } from '../stats.ts';
import { type Answer, openConnection } from './connection.ts';
import { cpuMs, type MeasuredServer } from './server.ts';

export interface Load extends MeasuredServer {
  /** The number of parallel connections. Each sends its next request as soon as it has an answer. */
  concurrency: number;
  /** Each is sent once. The turn ends after the last one, or when its time is over. */
  requests: readonly Buffer[];
  /** The longest time that a turn may take, in milliseconds. Default: 700. */
  withinMs?: number;
  /** Any other answer aborts the bench: a fast refusal is not a result. */
  isExpected: (answer: Answer) => boolean;
}

const turnMs = 700;

/** Measures one turn of a server. Connections are opened before the clock starts. */
export async function takeTurn({
  port,
  pid,
  concurrency,
  requests,
  withinMs = turnMs,
  isExpected,
}: Load): Promise<Turn> {
  const connections = await Promise.all(Array.from({ length: concurrency }, () => openConnection(port)));
  const queue = requests.values();
  const latencies: number[] = [];
  try {
    const usedBefore = cpuMs(pid);
    const startedAt = performance.now();
    const endsAt = startedAt + withinMs;
    await Promise.all(
      connections.map(async ({ exchange }) => {
        for (const request of queue) {
          const sentAt = performance.now();
          const answer = await exchange(request);
          const answeredAt = performance.now();
          if (!isExpected(answer)) throw new Error(`port ${port} answered ${answer.status} ${answer.body}`);
          latencies.push(answeredAt - sentAt);
          if (answeredAt >= endsAt) return;
        }
      }),
    );
    const count = latencies.length;
    const perSecond = (count / (performance.now() - startedAt)) * 1_000;
    const used = cpuMs(pid);
    const cpu = used === undefined || usedBefore === undefined ? {} : { cpuMs: (used - usedBefore) / count };
    return { perSecond, p50Ms: median(latencies), ...cpu };
  } finally {
    for (const connection of connections) connection.close();
  }
}
