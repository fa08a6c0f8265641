import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DemoUser } from '../../demo/users.ts';
import { cuttable } from '../conformance/store/cuttable.ts';
import { startPostgres } from '../e2e/kit/postgres.ts';
import { startReplicas } from '../e2e/kit/replicas.ts';
import { browse } from './browser.ts';
import { createTokenCheck } from './check-token.ts';
import { createDanger } from './danger.ts';
import { useDevices } from './device.ts';
import { killAtRandom } from './kill.ts';
import type { ChaosOptions } from './options.ts';
import { createRandom, type Random } from './random.ts';
import type { Scene } from './scene.ts';
import { newTally, type Tally } from './tally.ts';
import { createWeather } from './trouble.ts';
import { chaosUsers } from './users.ts';

const browsers = 16;
const deviceLanes = 2;
/** How much of the provider's leeway may pass before kills pause for a session. */
const peaceAfterMs = 4_000;
const leewayMs = 30_000;

/** The whole run: all clients sign in and request tokens, processes are killed, and each client gets a last token. */
export async function play(options: ChaosOptions, say: (line: string) => void): Promise<Tally> {
  const random = createRandom(options.seed);
  const tally = newTally();
  const weather = createWeather(random, () => Date.now());
  await using cleanUp = new AsyncDisposableStack();

  const postgres = options.store === 'postgres' ? await startPostgres() : undefined;
  if (postgres) cleanUp.defer(() => postgres.close());
  const url = postgres && new URL(postgres.url);
  const line = url && (await cuttable(Number(url.port)));
  if (line) {
    cleanUp.defer(() => line.close());
    url.port = String(line.port);
  }
  let started = false;
  const clockDir = await mkdtemp(join(tmpdir(), 'latchkey-chaos-'));
  cleanUp.defer(() => rm(clockDir, { recursive: true, force: true }));
  const clockFile = join(clockDir, 'clock');
  const replicas = await startReplicas({
    count: options.replicas,
    leewayMs,
    store: url?.href ?? 'sqlite:./shared.db',
    users: chaosUsers,
    lifetime: '4s',
    fresh: '6s',
    trouble: () => (started ? weather.next() : {}),
    env: {
      NODE_OPTIONS: `--import=${new URL('stepped-clock.ts', import.meta.url).href}`,
      CHAOS_CLOCK: clockFile,
      NODE_COMPILE_CACHE: join(process.cwd(), 'node_modules', '.cache', 'node-compile'),
    },
  });
  cleanUp.defer(() => replicas.close());

  let over = false;
  const scene: Scene = {
    replicas,
    random,
    tally,
    isOver: () => over,
    say,
    check: createTokenCheck(async () => {
      for (;;) {
        const answer = await fetch(`${replicas.origins.broker}/jwks`).catch(() => undefined);
        if (answer?.ok) return answer.json();
        await sleep(100);
      }
    }),
  };
  const people = chaosUsers.slice(0, browsers);
  const signedIn = await Promise.all(people.map((user) => replicas.signIn(user)));
  started = true;
  const everybody = [
    ...signedIn.map((person, index) => browse(scene, people[index] as DemoUser, person)),
    ...Array.from({ length: deviceLanes }, (_, lane) =>
      useDevices(
        scene,
        chaosUsers.slice(browsers).filter((_, index) => index % deviceLanes === lane),
      ),
    ),
  ];
  const danger = createDanger(postgres?.url ?? `sqlite:${join(replicas.dir, 'shared.db')}`, {
    from: peaceAfterMs,
    to: leewayMs,
  });
  const stopping = new AbortController();
  const nuisances = Promise.all([
    stepClock(random, clockFile, stopping.signal),
    line && cutLine(random, line, stopping.signal),
  ]);
  await killAtRandom(options.kills, { replicas, postgres, random, weather, danger, tally }, () => {
    if (tally.kills % 25 === 0) say(`${tally.kills} kills, ${tally.operations} operations, ${summary(tally)}`);
  });
  stopping.abort();
  await nuisances;
  weather.clear();
  over = true;
  await Promise.all(everybody);
  tally.reuseDetected = replicas.idp.counts.reuses;
  return tally;
}

const summary = ({ sessionsLost, doubleRedeemed, wrongTokens }: Tally) =>
  `${sessionsLost} lost, ${doubleRedeemed} redeemed twice, ${wrongTokens} wrong tokens`;

/** The brokers' clocks jump forward and back by up to a second and a half. */
async function stepClock(random: Random, file: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await writeFile(file, String(Math.round(random.between(-1_500, 1_500))));
    await sleep(random.between(2_000, 6_000), undefined, { signal }).catch(() => undefined);
  }
}

/** Cuts all database connections. New ones succeed at once. */
async function cutLine(random: Random, line: { cut(): void; mend(): void }, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(random.between(3_000, 9_000), undefined, { signal }).catch(() => undefined);
    line.cut();
    await sleep(random.between(0, 300));
    line.mend();
  }
}
