import { postForm } from '../load/request.ts';
import { takeTurn } from '../load/turn.ts';
import { isActive } from '../peers/oauth.ts';
import type { RunningPeer } from '../peers/peer.ts';
import { peerSides } from '../peers/sides.ts';
import { compareAll, type Figure } from '../rounds.ts';
import type { Stack } from '../stack.ts';

const perTurn = 30_000;

/** `POST /introspect` of a token that is active, compared with other authorization servers. */
export async function introspectionFigures(
  { broker, origins, service }: Stack,
  tokens: { seen: string },
  peers: readonly RunningPeer[],
): Promise<Figure[]> {
  const { host } = new URL(origins.broker);
  const basic = `${service.id}:${service.secret}`;
  const request = postForm({ host, path: '/introspect', basic }, { token: tokens.seen });
  const requests = Array<Buffer>(perTurn).fill(request);

  const figures = (concurrency: number) =>
    compareAll({
      name: `introspection, ${concurrency} at a time`,
      ours: () => takeTurn({ ...broker, concurrency, requests, isExpected: isActive }),
      others: peerSides(peers, 'introspection', { concurrency, count: perTurn }),
    });
  return [...(await figures(1)), ...(await figures(16))];
}
