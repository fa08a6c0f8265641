import pg from 'pg';
import { startReplicas } from '../../e2e/kit/replicas.ts';

/** The result of many requests for one expired session. */
export interface OneRefresh {
  /** Number of responses, by status. */
  statuses: Record<number, number>;
  upstreamRefreshes: number;
  reuses: number;
}

/**
 * Sends concurrent token requests for a session with outdated claims, evenly across the replicas.
 *
 * @param store URL of an empty PostgreSQL database
 * @param answerMs how long the provider takes to answer
 */
export async function oneRefresh({
  store,
  replicas: count = 3,
  requests = 200,
  answerMs = 0,
}: {
  store: string;
  replicas?: number;
  requests?: number;
  answerMs?: number;
}): Promise<OneRefresh> {
  let slowMs = 0;
  await using cleanUp = new AsyncDisposableStack();
  const replicas = await startReplicas({
    count,
    store,
    lifetime: '5m',
    fresh: '15m',
    trouble: () => ({ slowAnswerMs: slowMs }),
  });
  cleanUp.defer(() => replicas.close());
  const person = await replicas.signIn();
  await person.token();
  await grow(store);
  const before = replicas.idp.counts.rotations;
  slowMs = answerMs;
  const answers = await Promise.all(
    replicas.replicas.flatMap(({ origin }) => Array.from({ length: requests }, () => person.token(origin))),
  );
  return {
    statuses: countBy(answers.map(({ status }) => status)),
    upstreamRefreshes: replicas.idp.counts.rotations - before,
    reuses: replicas.idp.counts.reuses,
  };
}

/** Makes the provider's claims look outdated. */
export async function grow(store: string): Promise<void> {
  const client = new pg.Client(store);
  await client.connect();
  await client.query('update sessions set refreshed_at = 0');
  await client.end();
}

export function countBy(values: readonly number[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
