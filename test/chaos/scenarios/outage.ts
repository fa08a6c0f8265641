import { setTimeout as sleep } from 'node:timers/promises';
import type { Postgres } from '../../e2e/kit/postgres.ts';
import { type SignedIn, startReplicas } from '../../e2e/kit/replicas.ts';
import type { Answer } from '../../e2e/kit/session-client.ts';

export interface Outage {
  /** Number of answers with a token: before, during and after the outage. */
  tokens: number;
  /** 503, `temporarily_unavailable`, with `Retry-After`. */
  cleanErrors: number;
  /** All other answers, by kind. */
  others: string[];
  /** Sessions without a token at the end. */
  lost: number;
  /** From the database's restart to the first token, in milliseconds. */
  recoveredAfterMs: number;
  reuses: number;
}

const people = 12;
/** When to give up waiting for the recovery. */
const recoveryDeadlineMs = 30_000;

/** Stops PostgreSQL while users keep requesting tokens and refreshes are in progress. The brokers stay up. */
export async function outage({ postgres, downMs }: { postgres: Postgres; downMs: number }): Promise<Outage> {
  await using cleanUp = new AsyncDisposableStack();
  const replicas = await startReplicas({
    count: 3,
    store: postgres.url,
    lifetime: '3s',
    fresh: '4s',
    trouble: () => ({ slowAnswerMs: 150 }),
  });
  cleanUp.defer(() => replicas.close());
  const result: Outage = { tokens: 0, cleanErrors: 0, others: [], lost: 0, recoveredAfterMs: Number.NaN, reuses: 0 };
  const signedIn = await Promise.all(Array.from({ length: people }, () => replicas.signIn()));
  let over = false;
  let backAt = Number.POSITIVE_INFINITY;

  const note = (answer: Answer) => {
    const isClean = answer.body?.error === 'temporarily_unavailable' && Number(answer.headers.get('Retry-After')) >= 1;
    if (answer.status === 200) {
      result.tokens += 1;
      if (Date.now() > backAt && Number.isNaN(result.recoveredAfterMs)) result.recoveredAfterMs = Date.now() - backAt;
    } else if (answer.status === 503 && isClean) result.cleanErrors += 1;
    else result.others.push(`${answer.status} ${JSON.stringify(answer.body)}`);
  };
  const keepAsking = async (person: SignedIn, index: number) => {
    const at = replicas.replicas[index % 3]?.origin;
    while (!over) {
      const answer = await person.token(at).catch((error: unknown) => void result.others.push(String(error)));
      if (answer) note(answer);
      await sleep(100);
    }
  };
  const everybody = Promise.all(signedIn.map(keepAsking));
  await sleep(1_000);
  await postgres.stop('SIGINT');
  await sleep(downMs);
  await postgres.start();
  backAt = Date.now();
  const deadline = backAt + recoveryDeadlineMs;
  while (Number.isNaN(result.recoveredAfterMs) && Date.now() < deadline) await sleep(100);
  // Wait a bit longer, so that every client asks again.
  await sleep(3_000);
  over = true;
  await everybody;
  for (const person of signedIn) if (!(await hasToken(person))) result.lost += 1;
  if (replicas.replicas.some(({ isRunning }) => !isRunning)) result.others.push('a broker has ended');
  return { ...result, reuses: replicas.idp.counts.reuses };
}

async function hasToken(person: SignedIn): Promise<boolean> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const { status } = await person.token();
    if (status === 200) return true;
    if (status !== 503) return false;
    await sleep(500);
  }
  return false;
}
