import { setTimeout as sleep } from 'node:timers/promises';
import { startReplicas } from '../../e2e/kit/replicas.ts';
import type { Trouble } from '../../e2e/kit/unreliable.ts';

export interface LateClient {
  /** The client that retries within the leeway. */
  inTime: { status: number };
  /** The client that retries only after the leeway. */
  late: { status: number; error: string | undefined };
  reuses: number;
}

/** For two sessions, kills the broker between the provider's rotation and its own commit. One retries too late. */
export async function lateClient({ store, leewayMs }: { store: string; leewayMs: number }): Promise<LateClient> {
  let trouble: Trouble = {};
  await using cleanUp = new AsyncDisposableStack();
  const replicas = await startReplicas({
    count: 2,
    store,
    leewayMs,
    lifetime: '2s',
    fresh: '2s',
    trouble: () => trouble,
  });
  cleanUp.defer(() => replicas.close());
  const [doomed, survivor] = replicas.replicas;
  if (!doomed || !survivor) throw new Error('two replicas are needed');
  const [punctual, late] = [await replicas.signIn(), await replicas.signIn()];
  await sleep(2_000);

  trouble = { slowAnswerMs: 600_000 };
  const before = replicas.idp.counts.rotations;
  const cut = [punctual, late].map((person) => person.token(doomed.origin).catch(() => undefined));
  while (replicas.idp.counts.rotations < before + 2) await sleep(10);
  await doomed.stop('SIGKILL');
  await Promise.all(cut);
  trouble = {};

  const leewayOver = sleep(leewayMs);
  let inTime = await punctual.token(survivor.origin);
  while (inTime.status === 503) {
    await sleep(200);
    inTime = await punctual.token(survivor.origin);
  }
  await leewayOver;
  const answer = await late.token(survivor.origin);
  return {
    inTime: { status: inTime.status },
    late: { status: answer.status, error: answer.body.error },
    reuses: replicas.idp.counts.reuses,
  };
}
