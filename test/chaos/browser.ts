import { setTimeout as sleep } from 'node:timers/promises';
import type { DemoUser } from '../../demo/users.ts';
import type { SignedIn } from '../e2e/kit/replicas.ts';
import { longestLife, type Scene } from './scene.ts';

/** Retries like the extension if the answer was "later", or if there was none. */
const isLater = (status: number): boolean => status === 429 || status === 503;

/**
 * A browser that keeps requesting tokens until the scene ends, and then until it gets one more. Every answer except a
 * correct token or "later" counts as a fault of the broker.
 */
export async function browse(scene: Scene, user: DemoUser, signedIn: SignedIn): Promise<void> {
  const { random, tally, replicas } = scene;
  let person = signedIn;
  let last = false;
  let triesAtTheEnd = 200;
  while (!last) {
    await sleep(random.between(0, 800));
    const isOver = scene.isOver();
    const answer = await ask(scene, person, isOver);
    if (answer === undefined || isLater(answer.status)) {
      if (!isOver) continue;
      triesAtTheEnd -= 1;
      if (triesAtTheEnd > 0) continue;
      scene.say(`${user.username}: no token although all is well: ${answer?.status}`);
      tally.sessionsLost += 1;
      return;
    }
    last = isOver;
    if (answer.status === 200) {
      const fault = await scene.check(answer.body.access_token, {
        issuer: replicas.origins.broker,
        audience: replicas.origins.api,
        idpSub: user.username,
        azp: replicas.origins.notes,
        longestLife,
      });
      if (fault === undefined) continue;
      scene.say(`${user.username}: wrong token: ${fault}`);
      tally.wrongTokens += 1;
    } else {
      scene.say(
        `${user.username}: lost: ${answer.status} ${JSON.stringify(answer.body)} ${answer.headers.get('X-Request-Id')}`,
      );
      tally.sessionsLost += 1;
      if (!isOver) person = await signIn(scene, user);
    }
  }
}

async function ask({ random, replicas, tally }: Scene, person: SignedIn, isOver: boolean) {
  // Some users close the tab while it waits.
  const patience = !isOver && random.chance(0.03) ? random.between(1, 200) : 20_000;
  try {
    const answer = await person.token(random.pick(replicas.replicas).origin, AbortSignal.timeout(patience));
    tally.operations += 1;
    return answer;
  } catch {
    return undefined;
  }
}

/** The sign-in isn't under test here, so retries until it succeeds. */
async function signIn({ replicas, random }: Scene, user: DemoUser): Promise<SignedIn> {
  for (;;) {
    try {
      return await replicas.signIn(user);
    } catch {
      await sleep(random.between(100, 500));
    }
  }
}
