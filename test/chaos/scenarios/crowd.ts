import { setTimeout as sleep } from 'node:timers/promises';
import type { DemoUser } from '../../../demo/users.ts';
import { allowDevice, beginDevice, pollDevice, refreshDevice } from '../../e2e/kit/device-flow.ts';
import type { Replicas } from '../../e2e/kit/replicas.ts';
import type { Answer } from '../../e2e/kit/session-client.ts';
import { chaosUsers } from '../users.ts';

/** The results of all clients. */
export interface CrowdResult {
  /** Number of answers with a token. */
  tokens: number;
  /** 503, `temporarily_unavailable`, with `Retry-After`. */
  clean_errors: number;
  /** All other answers, by kind. */
  others: string[];
  /** Browsers and devices without a token at the end. */
  sessions_lost: number;
  /** Refresh tokens that the provider received again after its leeway. */
  reuses: number;
}

interface Member {
  name: string;
  /** `undefined` if there was no answer because a broker is down. */
  ask(): Promise<Answer | undefined>;
}

/** Longer than the longest backoff of the broker. */
const endDeadlineMs = 60_000;

/**
 * Browsers and devices of `chaosUsers` sign in, and then keep requesting tokens while the provider has problems.
 *
 * @param during causes the problems. When it returns, everything must work again
 */
export async function crowd(
  replicas: Replicas,
  during: () => Promise<void>,
  { browsers = 6, devices = 3 } = {},
): Promise<CrowdResult> {
  const result: CrowdResult = { tokens: 0, clean_errors: 0, others: [], sessions_lost: 0, reuses: 0 };
  const users = chaosUsers.slice(0, browsers + devices);
  const members: Member[] = [];
  for (const user of users)
    members.push(await (members.length < browsers ? browser(replicas, user) : device(replicas, user)));
  let over = false;
  const everybody = Promise.all(members.map((member) => keepAsking(member, () => over, result)));
  await during();
  over = true;
  await everybody;
  const losses = await Promise.all(members.map(async (member) => ((await hasToken(member, result)) ? 0 : 1)));
  result.sessions_lost = losses.reduce<number>((sum, loss) => sum + loss, 0);
  result.reuses = replicas.idp.counts.reuses;
  return result;
}

async function browser(replicas: Replicas, user: DemoUser): Promise<Member> {
  const person = await replicas.signIn(user);
  return { name: user.username, ask: () => person.token().catch(() => undefined) };
}

async function device({ origins }: Replicas, user: DemoUser): Promise<Member> {
  const started = await beginDevice(origins.broker, 'tv');
  await allowDevice(origins, started.user_code, user);
  let refreshToken: string = (await pollDevice(origins.broker, 'tv', started.device_code)).body.refresh_token;
  return {
    name: `${user.username}’s device`,
    async ask() {
      const answer = await refreshDevice(origins.broker, 'tv', refreshToken).catch(() => undefined);
      if (answer?.status === 200) refreshToken = answer.body.refresh_token;
      return answer;
    },
  };
}

async function keepAsking(member: Member, isOver: () => boolean, result: CrowdResult): Promise<void> {
  while (!isOver()) {
    note(member, await member.ask(), result);
    await sleep(100);
  }
}

async function hasToken(member: Member, result: CrowdResult): Promise<boolean> {
  const deadline = Date.now() + endDeadlineMs;
  while (Date.now() < deadline) {
    const answer = await member.ask();
    note(member, answer, result);
    if (answer?.status === 200) return true;
    if (answer !== undefined && answer.status !== 503) return false;
    await sleep(250);
  }
  return false;
}

function note({ name }: Member, answer: Answer | undefined, result: CrowdResult): void {
  // The broker is down, or the proxy has no running broker.
  if (answer === undefined || answer.status === 502) return;
  const isClean = answer.body?.error === 'temporarily_unavailable' && Number(answer.headers.get('Retry-After')) >= 1;
  if (answer.status === 200) result.tokens += 1;
  else if (answer.status === 503 && isClean) result.clean_errors += 1;
  else result.others.push(`${name}: ${answer.status} ${JSON.stringify(answer.body)}`);
}

export const hasPassed = ({ clean_errors, others, sessions_lost, reuses }: CrowdResult): boolean =>
  clean_errors > 0 && others.length === 0 && sessions_lost === 0 && reuses === 0;
