import { takeTurn } from '../load/turn.ts';
import type { Side } from '../rounds.ts';
import type { RunningPeer, WorkName } from './peer.ts';

/** The products that can do `work`, each as a side of a comparison. */
export const peerSides = (
  peers: readonly RunningPeer[],
  workName: WorkName,
  { concurrency, count }: { concurrency: number; count: number },
): Side[] =>
  peers.flatMap(({ name, work }) => {
    const one = work[workName];
    if (!one) return [];
    const { server, requests, isExpected } = one;
    return {
      name,
      turn: async () => takeTurn({ ...server, concurrency, requests: await requests(count), isExpected }),
    };
  });
