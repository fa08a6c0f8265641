import { setTimeout as sleep } from 'node:timers/promises';
import type { Postgres } from '../e2e/kit/postgres.ts';
import type { Replicas } from '../e2e/kit/replicas.ts';
import type { Random } from './random.ts';
import type { Tally } from './tally.ts';
import type { Weather } from './trouble.ts';

/** Something that can be killed and comes back. */
interface Victim {
  kill(): Promise<void>;
  revive(): Promise<void>;
}

/** A database is killed so often, of all kills: it takes everybody's store along. */
const databaseShare = 0.06;
/** For so long each process has its peace after a start. */
const peaceMs = 250;

/**
 * Kills (SIGKILL) while a refresh is under way: before the provider has seen it, while it answers, and just after,
 * when the answer is being stored. One broker of several is always left alone.
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
    // A broker doesn't start without its database: it comes back before anybody else.
    if (victim !== database) while (database && down.has(database)) await sleep(20);
    await sleep(random.between(0, 100));
    await startUntilUp(victim);
    await sleep(peaceMs);
  }
}

/** A broker that finds no database ends, and is started again, as by whatever runs it in earnest. */
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
  /** How many are to be left in peace now. */
  danger: () => Promise<number>;
  tally: Tally;
}

/** Some moment of the next refresh, or of a lull. */
async function arrival(random: Random, weather: Weather): Promise<void> {
  const duration = await weather.nextRefresh(AbortSignal.timeout(1_000)).catch(() => 0);
  await sleep(random.between(0, duration + 30));
}
