import { createProof } from '@latchkey/shared/dpop.ts';
import { createSessionClient } from '../../test/e2e/kit/session-client.ts';
import { post } from '../load/request.ts';
import type { MeasuredServer } from '../load/server.ts';
import { takeTurn } from '../load/turn.ts';
import type { RunningPeer } from '../peers/peer.ts';
import { peerSides } from '../peers/sides.ts';
import { compareAll, type Figure } from '../rounds.ts';
import type { Stack } from '../stack.ts';

/** The maximum number of requests per turn, each with its own proof. */
const proofsPerTurn = 1_500;
const barePerTurn = 30_000;

/**
 * `POST /session/token`, compared with a bare POST that verifies one signature and signs the same token, and with the
 * `client_credentials` of other authorization servers, which need neither a proof nor a session.
 */
export async function tokenFigures(
  { broker, origins }: Stack,
  bare: MeasuredServer,
  peers: readonly RunningPeer[],
): Promise<Figure[]> {
  const client = await createSessionClient(origins.broker, undefined, origins.idp);
  await client.signIn();
  const path = '/session/token';
  const url = `${origins.broker}${path}`;
  const body = JSON.stringify({ origin: origins.notes, resource: origins.api, scope: 'orders:read' });
  const isExpected = ({ status }: { status: number }) => status === 200;
  const json = { host: new URL(url).host, contentType: 'application/json', body };

  /** Made before the clock starts, because the extension makes proofs, not the broker. */
  async function requests(): Promise<Buffer[]> {
    const { status } = await client.call('GET', '/session');
    if (status !== 200) throw new Error(`the session answers ${status}`);
    const target = { method: 'POST', url, nonce: client.nonce };
    const headers = { 'Latchkey-Client': 'extension/0.1.0', Cookie: client.cookie };
    return Promise.all(
      Array.from({ length: proofsPerTurn }, async () => {
        const proof = await createProof(client.keys, target, Date.now());
        return post({ ...json, path, headers: { ...headers, DPoP: proof } });
      }),
    );
  }
  const bareRequests = Array<Buffer>(barePerTurn).fill(post({ ...json, path: '/check-sign' }));

  const figures = (concurrency: number) =>
    compareAll({
      name: `minted token, ${concurrency} at a time`,
      ours: async () => takeTurn({ ...broker, concurrency, requests: await requests(), isExpected }),
      others: [
        {
          name: 'bare limit',
          turn: () => takeTurn({ ...bare, concurrency, requests: bareRequests, isExpected }),
        },
        ...peerSides(peers, 'token', { concurrency, count: barePerTurn }),
      ],
    });
  return [...(await figures(1)), ...(await figures(16))];
}
