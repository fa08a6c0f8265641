import { setTimeout as sleep } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import { type Replicas, startReplicas } from '../../e2e/kit/replicas.ts';
import type { Trouble } from '../../e2e/kit/unreliable.ts';
import { chaosUsers } from '../users.ts';
import { type CrowdResult, crowd } from './crowd.ts';

interface Setting {
  /** The store, as configured. Defaults to a SQLite file. */
  store?: string | undefined;
  count?: number | undefined;
  /** How long each kind of problem lasts, in milliseconds. */
  troubleMs?: number | undefined;
}

/** The broker refreshes the provider's claims after two seconds. */
const brief = { lifetime: '2s', fresh: '2s', users: chaosUsers } as const;

async function restart({ replicas }: Replicas): Promise<void> {
  await Promise.all(replicas.map((replica) => replica.stop('SIGKILL')));
  await Promise.all(replicas.map((replica) => replica.start()));
}

/**
 * A provider whose refresh tokens don't rotate, without a setting that tells the broker so. From the first refresh on,
 * it hangs for longer than the broker waits. Then its gateway times out, connections are reset after the request, and
 * brokers are killed while they wait for an answer.
 */
export async function hangWithoutRotation({ store, count = 1, troubleMs = 3_000 }: Setting): Promise<CrowdResult> {
  let trouble: Trouble = {};
  await using cleanUp = new AsyncDisposableStack();
  const replicas = await startReplicas({
    count,
    store,
    ...brief,
    rotates: false,
    leewayMs: 0,
    trouble: () => trouble,
  });
  cleanUp.defer(() => replicas.close());
  return await crowd(replicas, async () => {
    const hang: Trouble = { slowAnswerMs: 15_000 };
    trouble = hang;
    await sleep(12_000);
    for (trouble of [{ failing: { status: 504 } }, { cut: 'after' }, { slowMs: 15_000 }] satisfies Trouble[])
      await sleep(troubleMs);
    trouble = hang;
    await sleep(troubleMs);
    await restart(replicas);
    trouble = {};
  });
}

const json = { 'Content-Type': 'application/json' };
const firewalls: NonNullable<Trouble['failing']>[] = [
  { status: 403, headers: { 'Content-Type': 'text/html' }, body: '<h1>Blocked</h1>' },
  { status: 403, headers: json, body: '{"error":"blocked by web application firewall"}' },
];

/** The brokers start with an expired client secret and then get the correct one. Later, a firewall blocks them. */
export async function wrongSecret({ store, count = 1, troubleMs = 4_000 }: Setting): Promise<CrowdResult> {
  let trouble: Trouble = {};
  await using cleanUp = new AsyncDisposableStack();
  const replicas = await startReplicas({ count, store, ...brief, trouble: () => trouble });
  cleanUp.defer(() => replicas.close());
  return await crowd(replicas, async () => {
    await replicas.setSecret('a-secret-that-has-expired');
    await restart(replicas);
    await sleep(troubleMs);
    await replicas.setSecret();
    await restart(replicas);
    await sleep(troubleMs);
    for (const failing of firewalls) {
      trouble = { failing };
      await sleep(troubleMs);
    }
    trouble = {};
  });
}

/**
 * The provider's answers are unusable: HTML instead of JSON, truncated JSON, no tokens, or an ID token from another
 * issuer or for another user.
 */
export async function unreadableAnswer({ store, count = 1, troubleMs = 3_000 }: Setting): Promise<CrowdResult> {
  let trouble: Trouble = {};
  await using cleanUp = new AsyncDisposableStack();
  const replicas = await startReplicas({ count, store, ...brief, trouble: () => trouble });
  cleanUp.defer(() => replicas.close());
  const troubles: Trouble[] = [
    { failing: { status: 200, headers: { 'Content-Type': 'text/html' }, body: '<h1>Welcome to our network</h1>' } },
    { failing: { status: 200, headers: json, body: '{}' } },
    { garble: (body) => body.slice(0, body.length / 2) },
    { garble: withClaims({ iss: 'https://somebody-else.example' }) },
    { garble: withClaims({ sub: 'somebody-else' }) },
  ];
  return await crowd(replicas, async () => {
    for (trouble of troubles) {
      await sleep(troubleMs);
      // Refresh tokens rotate here, so the broker must recover a lost answer within the leeway.
      trouble = {};
      await sleep(troubleMs);
    }
  });
}

/** Changes claims of the ID token. Its signature isn't checked when it comes from the token endpoint. */
const withClaims = (claims: object) => (body: string) => {
  const answer = JSON.parse(body);
  const [header, , signature] = answer.id_token.split('.');
  const payload = Buffer.from(JSON.stringify({ ...decodeJwt(answer.id_token), ...claims })).toString('base64url');
  return JSON.stringify({ ...answer, id_token: [header, payload, signature].join('.') });
};
