import { median, type Spread, spread } from './stats.ts';

/** The result of one turn of one side. */
export interface Turn {
  /** Answers per second. Absent if requests don't follow each other immediately. */
  perSecond?: number;
  /** The median time of an answer, in milliseconds. */
  p50Ms: number;
  /** The server's processor time per answer, in milliseconds. Absent if it can't be measured. */
  cpuMs?: number;
}

/** One line of the table: ours, and the bare limit. */
export interface Figure {
  name: string;
  ours: Turn;
  bare: Turn;
  /** For each round, our time for an answer divided by the bare limit's, at the same load. */
  ratio: Spread;
  /** The same in processor time, which other programs affect much less. */
  cpuRatio?: Spread;
  rounds: number;
}

export interface Sides {
  name: string;
  ours: () => Promise<Turn>;
  bare: () => Promise<Turn>;
  /** How many turns each side has. Default: {@link rounds}. */
  schedule?: typeof rounds;
}

/**
 * How many turns each side has. The first rounds only warm up: code is compiled, connections and caches are filled.
 * On a busy machine, the remaining rounds are skipped when the time is over.
 */
export const rounds = { warmUp: 2, counted: 6, atLeast: 2, withinMs: 15_000 };

/**
 * Gives both sides their turns, one right after the other, so that other load on the machine affects both.
 * The sides alternate in going first. Each round gives a ratio, and the result is their median.
 *
 * @param now a clock in milliseconds
 */
export async function compare(
  { name, ours, bare, schedule = rounds }: Sides,
  now = () => performance.now(),
): Promise<Figure> {
  const endsAt = now() + schedule.withinMs;
  const taken: { ours: Turn; bare: Turn }[] = [];
  for (let round = 0; round < schedule.warmUp + schedule.counted; round += 1) {
    if (taken.length >= schedule.atLeast && now() > endsAt) break;
    const first = round % 2 === 0 ? await ours() : undefined;
    const limit = await bare();
    const pair = { ours: first ?? (await ours()), bare: limit };
    if (round >= schedule.warmUp) taken.push(pair);
  }
  const cpuRatios = taken.flatMap((pair) =>
    pair.ours.cpuMs && pair.bare.cpuMs ? pair.ours.cpuMs / pair.bare.cpuMs : [],
  );
  return {
    name,
    ours: middle(taken.map((pair) => pair.ours)),
    bare: middle(taken.map((pair) => pair.bare)),
    ratio: spread(taken.map((pair) => costOf(pair.ours) / costOf(pair.bare))),
    ...(cpuRatios.length === 0 ? {} : { cpuRatio: spread(cpuRatios) }),
    rounds: taken.length,
  };
}

/** The milliseconds of a side's time that an answer takes. */
const costOf = ({ perSecond, p50Ms }: Turn): number => (perSecond === undefined ? p50Ms : 1_000 / perSecond);

function middle(turns: readonly Turn[]): Turn {
  const rates = turns.flatMap(({ perSecond }) => perSecond ?? []);
  const cpu = turns.flatMap(({ cpuMs }) => cpuMs ?? []);
  return {
    ...(rates.length === 0 ? {} : { perSecond: median(rates) }),
    p50Ms: median(turns.map(({ p50Ms }) => p50Ms)),
    ...(cpu.length === 0 ? {} : { cpuMs: median(cpu) }),
  };
}
