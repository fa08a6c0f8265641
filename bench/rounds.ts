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

/** One line of the table: ours, and what it is measured beside. */
export interface Figure {
  name: string;
  /** What ours is compared with. Absent: the bare limit. */
  beside?: string;
  ours: Turn;
  bare: Turn;
  /** For each round, our time for an answer divided by the other's, at the same load. */
  ratio: Spread;
  /** The same in processor time, which other programs affect much less. */
  cpuRatio?: Spread;
  rounds: number;
}

/** A side of a comparison. */
export interface Side {
  name: string;
  turn: () => Promise<Turn>;
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

/** Compares ours with the bare limit alone: {@link compareAll} with two sides. */
export async function compare({ bare, ...sides }: Sides, now?: () => number): Promise<Figure> {
  const [figure] = await compareAll({ ...sides, others: [{ name: '', turn: bare }] }, now);
  if (!figure) throw new Error('two sides make one figure');
  const { beside: _, ...alone } = figure;
  return alone;
}

/**
 * Gives all sides their turns, one right after the other, so that other load on the machine affects all. Every second
 * round goes backward. Each round gives a ratio for each of the others, and the result is their median.
 *
 * @param now a clock in milliseconds
 * @returns one figure for each of the others
 */
export async function compareAll(
  {
    name,
    ours,
    others,
    schedule = { ...rounds, withinMs: (rounds.withinMs / 2) * (1 + others.length) },
  }: Pick<Sides, 'name' | 'ours' | 'schedule'> & { others: readonly Side[] },
  now = () => performance.now(),
): Promise<Figure[]> {
  const endsAt = now() + schedule.withinMs;
  const us: Side = { name: '', turn: ours };
  const sides = [us, ...others];
  const taken: Map<Side, Turn>[] = [];
  for (let round = 0; round < schedule.warmUp + schedule.counted; round += 1) {
    if (taken.length >= schedule.atLeast && now() > endsAt) break;
    const turns = new Map<Side, Turn>();
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) turns.set(side, await side.turn());
    if (round >= schedule.warmUp) taken.push(turns);
  }
  return others.map((other) => {
    const pairs = taken.map((turns) => ({ ours: turnOf(turns, us), bare: turnOf(turns, other) }));
    return { name, beside: other.name, ...figureOf(pairs) };
  });
}

function turnOf(turns: ReadonlyMap<Side, Turn>, side: Side): Turn {
  const turn = turns.get(side);
  if (!turn) throw new Error(`${side.name} had no turn`);
  return turn;
}

function figureOf(pairs: readonly { ours: Turn; bare: Turn }[]): Omit<Figure, 'name' | 'beside'> {
  const cpuRatios = pairs.flatMap(({ ours, bare }) => (ours.cpuMs && bare.cpuMs ? ours.cpuMs / bare.cpuMs : []));
  return {
    ours: middle(pairs.map(({ ours }) => ours)),
    bare: middle(pairs.map(({ bare }) => bare)),
    ratio: spread(pairs.map(({ ours, bare }) => costOf(ours) / costOf(bare))),
    ...(cpuRatios.length === 0 ? {} : { cpuRatio: spread(cpuRatios) }),
    rounds: pairs.length,
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
