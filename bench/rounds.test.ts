import { describe, expect, it } from 'vitest';
import { compare, compareAll, rounds, type Turn } from './rounds.ts';

describe('comparing two sides', () => {
  it('lets them take turns, the first of a round in alternation, and forgets the warm-up', async () => {
    const order: string[] = [];
    const side =
      (name: string, turn: Turn, cold = turn) =>
      async () => {
        order.push(name);
        return order.filter((taken) => taken === name).length <= rounds.warmUp ? cold : turn;
      };
    const figure = await compare({
      name: 'work',
      ours: side('ours', { perSecond: 50, p50Ms: 20, cpuMs: 6 }, { perSecond: 1, p50Ms: 1_000 }),
      bare: side('bare', { perSecond: 200, p50Ms: 5, cpuMs: 2 }),
    });
    expect(order.slice(0, 4)).toEqual(['ours', 'bare', 'bare', 'ours']);
    expect(order).toHaveLength(2 * (rounds.warmUp + rounds.counted));
    expect(figure).toEqual({
      name: 'work',
      ours: { perSecond: 50, p50Ms: 20, cpuMs: 6 },
      bare: { perSecond: 200, p50Ms: 5, cpuMs: 2 },
      ratio: { median: 4, min: 4, max: 4 },
      cpuRatio: { median: 3, min: 3, max: 3 },
      rounds: rounds.counted,
    });
  });

  it('goes by the time of one answer where no rate is measured', async () => {
    const figure = await compare({ name: 'tab', ours: async () => ({ p50Ms: 3 }), bare: async () => ({ p50Ms: 2 }) });
    expect(figure.ratio.median).toBe(1.5);
    expect(figure.ours).toEqual({ p50Ms: 3 });
  });

  it('takes fewer rounds where each takes long', async () => {
    let now = 0;
    const slow = async () => {
      now += rounds.withinMs;
      return { p50Ms: 1 };
    };
    const figure = await compare({ name: 'busy', ours: slow, bare: slow }, () => now);
    expect(figure.rounds).toBe(rounds.atLeast);
  });

  it('gives several others their turns in the same rounds, every second one backward', async () => {
    const order: string[] = [];
    const side = (name: string, p50Ms: number) => async () => {
      order.push(name);
      return { p50Ms };
    };
    const figures = await compareAll({
      name: 'work',
      ours: side('ours', 6),
      others: [
        { name: 'limit', turn: side('limit', 2) },
        { name: 'peer', turn: side('peer', 12) },
      ],
    });
    expect(order.slice(0, 6)).toEqual(['ours', 'limit', 'peer', 'peer', 'limit', 'ours']);
    expect(figures.map(({ beside, ratio }) => [beside, ratio.median])).toEqual([
      ['limit', 3],
      ['peer', 0.5],
    ]);
  });
});
