import { setTimeout as sleep } from 'node:timers/promises';
import type { Replicas, SignedIn } from './replicas.ts';

/** Two polls of the feed: by then, every replica answers for a token from memory. */
const knownAfterMs = 1_000;
const givenUpAfterMs = 10_000;

/**
 * Signs a person out at the first replica, while every replica's `/verify` knows their token.
 *
 * @returns for each replica, when `/verify` refused, in milliseconds since the epoch
 * @throws {Error} if one does not, or lets the token through again later
 */
export async function untilRefused({ replicas, origins }: Replicas, person: SignedIn): Promise<number[]> {
  const { body } = await person.token();
  const path = `/verify?resource=${origins.api}&scope=orders:read`;
  const ask = async (at: string): Promise<number> => {
    const answer = await fetch(`${at}${path}`, { headers: { Authorization: `Bearer ${body.access_token}` } });
    await answer.arrayBuffer();
    return answer.status;
  };
  const known = async (at: string): Promise<void> => {
    for (const endsAt = Date.now() + knownAfterMs; Date.now() < endsAt; await sleep(50)) {
      const status = await ask(at);
      if (status !== 200) throw new Error(`${at} answers ${status} before the sign-out`);
    }
  };
  const refused = async (at: string): Promise<number> => {
    const endsAt = Date.now() + givenUpAfterMs;
    while ((await ask(at)) !== 401) {
      if (Date.now() > endsAt) throw new Error(`${at} does not refuse`);
      await sleep(2);
    }
    const refusedAt = Date.now();
    for (let times = 0; times < 5; times += 1) {
      if ((await ask(at)) !== 401) throw new Error(`${at} lets the token through again`);
      await sleep(20);
    }
    return refusedAt;
  };
  const all = replicas.map(({ origin }) => origin);
  await Promise.all(all.map(known));
  const ended = person.session.call('DELETE', '/session', undefined, { at: all[0] });
  const times = await Promise.all(all.map((at) => refused(at)));
  const { status } = await ended;
  if (status !== 200) throw new Error(`DELETE /session answers ${status}`);
  return times;
}
