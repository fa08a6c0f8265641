import { setTimeout as sleep } from 'node:timers/promises';
import { openConnection } from '../load/connection.ts';
import { post } from '../load/request.ts';
import type { MeasuredServer } from '../load/server.ts';
import { takeTurn } from '../load/turn.ts';
import { isPending } from '../peers/oauth.ts';
import type { RunningPeer } from '../peers/peer.ts';
import { peerSides } from '../peers/sides.ts';
import { compareAll, type Figure } from '../rounds.ts';
import type { Stack } from '../stack.ts';

const contentType = 'application/x-www-form-urlencoded';
const clientId = 'tv';
const grantType = 'urn:ietf:params:oauth:grant-type:device_code';

/** How many codes of the crowd each turn takes. */
const codesPerTurn = 1_000;
const turnsBeforeReuse = 3;
/** The polling interval in milliseconds. Devices that keep to it never get `slow_down`. */
const intervalMs = 5_000;
const barePerTurn = 30_000;

/**
 * A device's poll before anyone has decided, compared with a bare form POST and with other authorization servers. Many devices poll, each at the interval it
 * was given, so that every answer is `authorization_pending`.
 */
export async function pollFigures(
  { broker, origins }: Stack,
  bare: MeasuredServer,
  peers: readonly RunningPeer[],
): Promise<Figure[]> {
  const { host } = new URL(origins.broker);
  const codes = await authorizeDevices(broker.port, host, codesPerTurn * turnsBeforeReuse);
  const polls = codes.map((code) => post({ host, path: '/token', contentType, body: pollBody(code) }));
  const groups = Array.from({ length: turnsBeforeReuse }, (_, index) => ({
    requests: polls.slice(index * codesPerTurn, (index + 1) * codesPerTurn),
    restedAt: 0,
  }));
  const bareRequests = Array<Buffer>(barePerTurn).fill(
    post({ host, path: '/form', contentType, body: pollBody(codes[0] ?? '') }),
  );

  async function ours(concurrency: number) {
    const group = groups.shift();
    if (!group) throw new Error('no group of devices is left');
    groups.push(group);
    await sleep(Math.max(0, group.restedAt - Date.now()));
    const turn = await takeTurn({ ...broker, concurrency, requests: group.requests, isExpected: isPending });
    group.restedAt = Date.now() + intervalMs;
    return turn;
  }

  const figures = (concurrency: number) =>
    compareAll({
      name: `device poll, ${concurrency} at a time`,
      ours: () => ours(concurrency),
      others: [
        {
          name: 'bare limit',
          turn: () => takeTurn({ ...bare, concurrency, requests: bareRequests, isExpected: isPending }),
        },
        ...peerSides(peers, 'poll', { concurrency, count: barePerTurn }),
      ],
    });
  return [...(await figures(1)), ...(await figures(16))];
}

const pollBody = (deviceCode: string): string =>
  new URLSearchParams({ grant_type: grantType, client_id: clientId, device_code: deviceCode }).toString();

/** Starts `count` device sign-ins, from as many addresses as the broker's budget per address requires. */
async function authorizeDevices(port: number, host: string, count: number): Promise<string[]> {
  const perAddress = 20;
  const queue = Array.from({ length: count }, (_, index) => addressOf(Math.floor(index / perAddress))).values();
  const codes: string[] = [];
  const connections = await Promise.all(Array.from({ length: 8 }, () => openConnection(port)));
  try {
    await Promise.all(
      connections.map(async ({ exchange }) => {
        for (const address of queue) {
          const body = `client_id=${clientId}`;
          const headers = { 'X-Forwarded-For': address };
          const answer = await exchange(post({ host, path: '/device_authorization', contentType, body, headers }));
          if (answer.status !== 200) throw new Error(`/device_authorization answered ${answer.status} ${answer.body}`);
          codes.push((JSON.parse(answer.body) as { device_code: string }).device_code);
        }
      }),
    );
  } finally {
    for (const connection of connections) connection.close();
  }
  return codes;
}

const addressOf = (number: number): string => `10.1.${number >> 8}.${number & 255}`;
