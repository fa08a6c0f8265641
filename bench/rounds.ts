import { median, type Spread, spread } from './stats.ts';

/** What one turn of one side came to. */
export interface Turn {
  /** Answers a second; absent where one is not asked for right after the other. */
  perSecond?: number;
  /** Median time of one answer, in milliseconds. */
  p50Ms: number;
  /** Processor time that the server used for an answer, in milliseconds; absent where it can't be told. */
  cpuMs?: number;
}

/** One line of the table: ours beside its bare limit. */
export interface Figure {
  name: string;
  ours: Turn;
  bare: Turn;
  /** How many times the bare limit ours costs, round by round: in time for an answer at the same load. */
  ratio: Spread;
  /** The same in processor time: what other programs do meanwhile changes this much less. */
  cpuRatio?: Spread;
  rounds: number;
}

export interface Sides {
  name: string;
  ours: () => Promise<Turn>;
  bare: () => Promise<Turn>;
  /** How often each side has its turn; default {@link rounds}. */
  schedule?: typeof rounds;
}

/**
 * How often each side has its turn. The first rounds only warm up: code is compiled, connections and caches are filled.
 * On a machine that is busy with other things, rounds are left out once the time is up.
 */
export const rounds = { warmUp: 2, counted: 6, atLeast: 2, withinMs: 15_000 };

/**
 * Gives both sides their turns, one right after the other, so that whatever else the machine does falls on both.
 * Who goes first alternates. A ratio is of one round; the figure is the median of the rounds.
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

/** Milliseconds that an answer takes of the side's time. */
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
