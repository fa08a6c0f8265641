import { setTimeout as sleep } from 'node:timers/promises';
import type { Postgres } from '../e2e/kit/postgres.ts';
import type { Replicas } from '../e2e/kit/replicas.ts';
import type { Random } from './random.ts';
import type { Tally } from './tally.ts';
import type { Weather } from './trouble.ts';

/** A process that can be killed and restarted. */
interface Victim {
  kill(): Promise<void>;
  revive(): Promise<void>;
}

/** The share of kills that hit the database, which is the store of all brokers. */
const databaseShare = 0.06;
/** How long a process isn't killed after it starts. */
const peaceMs = 250;

/**
 * Kills processes (SIGKILL) during a refresh: before the provider gets it, while the provider answers, and right after,
 * while the broker stores the answer. If there are several brokers, one always stays up.
 */
export async function killAtRandom(
  kills: number,
  { replicas, postgres, random, weather, danger, tally }: Parts,
  onKill: () => void,
): Promise<void> {
  const brokers = replicas.replicas.map(
    (replica): Victim => ({
      kill: async () => void (await replica.stop('SIGKILL')),
      revive: () => replica.start(),
    }),
  );
  const database: Victim | undefined = postgres && {
    kill: () => postgres.stop('SIGKILL'),
    revive: () => postgres.start(),
  };
  const down = new Set<Victim>();
  const mostDown = Math.max(1, brokers.length - 1);
  const revivals = new Set<Promise<void>>();

  while (tally.kills < kills) {
    if (down.size >= mostDown) await Promise.race(revivals);
    while ((await danger()) > 0) await sleep(100);
    await arrival(random, weather);
    const candidates = brokers.filter((victim) => !down.has(victim));
    if (candidates.length === 0) continue;
    const takesDatabase = database && !down.has(database) && random.chance(databaseShare);
    const victim = takesDatabase ? database : random.pick(candidates);
    down.add(victim);
    await victim.kill();
    tally.kills += 1;
    onKill();
    const revival = revive(victim).finally(() => {
      down.delete(victim);
      revivals.delete(revival);
    });
    revivals.add(revival);
    revival.catch(() => undefined);
  }
  await Promise.all(revivals);

  async function revive(victim: Victim): Promise<void> {
    // Restart the database first, because a broker doesn't start without it.
    if (victim !== database) while (database && down.has(database)) await sleep(20);
    await sleep(random.between(0, 100));
    await startUntilUp(victim);
    await sleep(peaceMs);
  }
}

/** A broker without a database exits. Restarts it, like a process manager in production. */
async function startUntilUp(victim: Victim): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await victim.revive();
    } catch (error) {
      if (attempt === 20) throw error;
      await sleep(100);
    }
  }
}

interface Parts {
  replicas: Replicas;
  postgres: Postgres | undefined;
  random: Random;
  weather: Weather;
  /** The number of sessions that must not be disturbed now. */
  danger: () => Promise<number>;
  tally: Tally;
}

/** A random moment during the next refresh, or during a quiet period. */
async function arrival(random: Random, weather: Weather): Promise<void> {
  const duration = await weather.nextRefresh(AbortSignal.timeout(1_000)).catch(() => 0);
  await sleep(random.between(0, duration + 30));
}
