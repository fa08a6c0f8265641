import { expect, it } from 'vitest';
import { markdown, summary, table } from './table.ts';

const figures = [
  {
    name: 'minted token',
    ours: { perSecond: 1_234.4, p50Ms: 0.812 },
    bare: { perSecond: 9_876, p50Ms: 0.1 },
    ratio: { median: 8, min: 7.24, max: 9 },
    cpuRatio: { median: 6, min: 5, max: 7 },
    rounds: 5,
  },
  {
    name: 'tab',
    beside: 'other 1.2',
    ours: { p50Ms: 3 },
    bare: { p50Ms: 2 },
    ratio: { median: 1.5, min: 0.0033, max: 2 },
    rounds: 5,
  },
];

it('has a line a figure, in columns', () => {
  const lines = table(figures).split('\n');
  expect(lines).toHaveLength(3);
  expect(lines[1]).toMatch(
    /^minted token {2}1234\/s {2}0\.81 ms {2}bare limit {2}9876\/s {2}0\.10 ms +8\.0 +\(7\.2–9\.0\) +6\.0 \(5\.0–7\.0\)$/,
  );
  expect(lines[2]).toMatch(/^tab +3\.00 ms +other 1\.2 +2\.00 ms +1\.5 +\(0\.0033–2\.0\)$/);
});

it('has no rate where none was measured, for programs too', () => {
  expect(JSON.parse(JSON.stringify(summary(figures)))[1]).toEqual({
    name: 'tab',
    rounds: 5,
    ours: { p50_ms: 3 },
    beside: 'other 1.2',
    theirs: { p50_ms: 2 },
    ratio: { median: 1.5, min: 0.0033, max: 2 },
  });
});

it('is a table for the documentation, too', () => {
  expect(markdown(figures).split('\n').slice(2)).toEqual([
    '| minted token | 1234/s, 0.81 ms | bare limit | 9876/s, 0.10 ms | 8.0 | 7.2 – 9.0 | 6.0 |',
    '| tab | 3.00 ms | other 1.2 | 2.00 ms | 1.5 | 0.0033 – 2.0 |  |',
  ]);
});
