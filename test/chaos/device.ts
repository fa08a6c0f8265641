import { setTimeout as sleep } from 'node:timers/promises';
import type { DemoUser } from '../../demo/users.ts';
import { allowDevice, beginDevice, pollDevice, refreshDevice } from '../e2e/kit/device-flow.ts';
import { longestLife, type Scene } from './scene.ts';

const clientId = 'cli';
const pollsAtOnce = 6;

/** Runs one device at a time: signs in, redeems the code with concurrent polls, and refreshes a few dozen times. */
export async function useDevices(scene: Scene, users: readonly DemoUser[]): Promise<void> {
  for (let round = 0; !scene.isOver(); round += 1) {
    const user = users[round % users.length];
    if (!user) return;
    const refreshToken = await signInDevice(scene, user).catch(() => undefined);
    if (refreshToken === undefined) await sleep(scene.random.between(200, 800));
    else await keepRefreshing(scene, user, refreshToken);
  }
}

async function signInDevice(scene: Scene, user: DemoUser): Promise<string | undefined> {
  const { replicas, random, tally } = scene;
  const { origins } = replicas;
  const started = await beginDevice(origins.broker, clientId);
  await allowDevice(origins, started.user_code, user);
  let refreshToken: string | undefined;
  let redeemed = 0;
  // An interrupted poll may have redeemed the code. Then the device must start over.
  const polls = Array.from({ length: pollsAtOnce }, async () => {
    const at = random.pick(replicas.replicas).origin;
    const answer = await pollDevice(at, clientId, started.device_code).catch(() => undefined);
    if (answer?.status !== 200) return;
    redeemed += 1;
    refreshToken = answer.body.refresh_token;
  });
  await Promise.all(polls);
  tally.operations += redeemed;
  if (redeemed > 1) {
    scene.say(`${user.username}: a device code was redeemed ${redeemed} times`);
    tally.doubleRedeemed += 1;
  }
  return refreshToken;
}

async function keepRefreshing(scene: Scene, user: DemoUser, first: string): Promise<void> {
  const { replicas, random, tally } = scene;
  let refreshToken = first;
  let left = 30;
  while (left > 0 && !scene.isOver()) {
    await sleep(random.between(0, 800));
    const at = random.pick(replicas.replicas).origin;
    const answer = await refreshDevice(at, clientId, refreshToken).catch(() => undefined);
    if (answer === undefined) continue;
    tally.operations += 1;
    if (answer.status === 503 || answer.status === 429) continue;
    if (answer.status !== 200) {
      scene.say(`${user.username}: device lost: ${answer.status} ${JSON.stringify(answer.body)}`);
      tally.sessionsLost += 1;
      return;
    }
    refreshToken = answer.body.refresh_token;
    left -= 1;
    const expected = {
      issuer: replicas.origins.broker,
      audience: replicas.origins.api,
      idpSub: user.username,
      longestLife,
    };
    const fault = await scene.check(answer.body.access_token, expected);
    if (fault === undefined) continue;
    scene.say(`${user.username}: wrong token for the device: ${fault}`);
    tally.wrongTokens += 1;
  }
}
