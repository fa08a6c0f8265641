import { type Answer, openConnection } from '../load/connection.ts';
import { get } from '../load/request.ts';
import type { MeasuredServer } from '../load/server.ts';
import { takeTurn } from '../load/turn.ts';
import { isAllowed } from '../peers/oauth.ts';
import type { RunningPeer } from '../peers/peer.ts';
import { peerSides } from '../peers/sides.ts';
import { compareAll, type Figure } from '../rounds.ts';
import type { Stack } from '../stack.ts';
import type { BenchTokens } from '../tokens.ts';

const seenPerTurn = 30_000;
/** Signing them takes time, too. */
const freshPerTurn = 6_000;

/** `/verify` of the same token again and again, and of tokens that it has never seen. */
export async function verifyFigures(
  { broker, origins }: Stack,
  bare: MeasuredServer,
  tokens: BenchTokens,
  peers: readonly RunningPeer[],
): Promise<Figure[]> {
  const { host } = new URL(origins.broker);
  const path = `/verify?${new URLSearchParams({ resource: origins.api, scope: 'orders:read' })}`;
  const request = (token: string) => get({ host, path, headers: { Authorization: `Bearer ${token}` } });
  const bareRequest = (to: string, token: string) =>
    get({ host, path: to, headers: { Authorization: `Bearer ${token}` } });
  await refusesForged(broker.port, request(`${tokens.seen.slice(0, -4)}AAAA`));

  const seen = Array<Buffer>(seenPerTurn).fill(request(tokens.seen));
  const bareSeen = Array<Buffer>(seenPerTurn).fill(bareRequest('/answer', tokens.seen));
  const seenFigures = (concurrency: number) =>
    compareAll({
      name: `/verify, a token seen before, ${concurrency} at a time`,
      ours: () => takeTurn({ ...broker, concurrency, requests: seen, isExpected: isAllowed }),
      others: [
        {
          name: 'bare limit',
          turn: () => takeTurn({ ...bare, concurrency, requests: bareSeen, isExpected: isAllowed }),
        },
        ...peerSides(peers, 'verify', { concurrency, count: seenPerTurn }),
      ],
    });
  const bareFresh = Array<Buffer>(seenPerTurn).fill(bareRequest('/check', tokens.seen));
  const freshFigures = (concurrency: number) =>
    compareAll({
      name: `/verify, tokens never seen, ${concurrency} at a time`,
      ours: () =>
        takeTurn({
          ...broker,
          concurrency,
          requests: tokens.fresh(freshPerTurn).map(request),
          isExpected: isAllowed,
        }),
      others: [
        {
          name: 'bare limit',
          turn: () => takeTurn({ ...bare, concurrency, requests: bareFresh, isExpected: isAllowed }),
        },
        ...peerSides(peers, 'verify fresh', { concurrency, count: freshPerTurn }),
      ],
    });
  return [
    ...(await seenFigures(1)),
    ...(await seenFigures(16)),
    ...(await freshFigures(1)),
    ...(await freshFigures(16)),
  ];
}

async function refusesForged(port: number, request: Buffer): Promise<void> {
  const connection = await openConnection(port);
  try {
    const { status }: Answer = await connection.exchange(request);
    if (status !== 401) throw new Error(`/verify answered ${status} to a forged token`);
  } finally {
    connection.close();
  }
}
