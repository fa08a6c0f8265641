import { postForm } from '../load/request.ts';
import type { MeasuredServer } from '../load/server.ts';
import { takeTurn } from '../load/turn.ts';
import { isToken } from '../peers/oauth.ts';
import type { RunningPeer } from '../peers/peer.ts';
import { peerSides } from '../peers/sides.ts';
import { compareAll, type Figure } from '../rounds.ts';
import type { Stack } from '../stack.ts';

const perTurn = 30_000;

/** `client_credentials` with a secret, compared with a bare form POST that signs, and with other authorization servers. */
export async function serviceFigures(
  { broker, origins, service }: Stack,
  bare: MeasuredServer,
  peers: readonly RunningPeer[],
): Promise<Figure[]> {
  const { host } = new URL(origins.broker);
  const basic = `${service.id}:${service.secret}`;
  const form = { grant_type: 'client_credentials', scope: 'orders:read', resource: origins.api };
  const requests = Array<Buffer>(perTurn).fill(postForm({ host, path: '/token', basic }, form));
  const bareRequests = Array<Buffer>(perTurn).fill(postForm({ host, path: '/form-sign', basic }, form));

  const figures = (concurrency: number) =>
    compareAll({
      name: `token of a service, ${concurrency} at a time`,
      ours: () => takeTurn({ ...broker, concurrency, requests, isExpected: isToken }),
      others: [
        {
          name: 'bare limit',
          turn: () =>
            takeTurn({ ...bare, concurrency, requests: bareRequests, isExpected: ({ status }) => status === 200 }),
        },
        ...peerSides(peers, 'token', { concurrency, count: perTurn }),
      ],
    });
  return [...(await figures(1)), ...(await figures(16))];
}
