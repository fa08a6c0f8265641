import { expect, it } from 'vitest';
import { judge } from './sizes.ts';

it('prints a module within its budget, and one that has none', () => {
  expect(judge('page', 2_500, 2_500)).toEqual({ line: `${'page'.padEnd(30)} 2500 bytes of 2500 (gzip)` });
  expect(judge('api', 9_000)).toEqual({ line: `${'api'.padEnd(30)} 9000 bytes (gzip)` });
});

it('says what to do about one that is over it', () => {
  expect(judge('page', 2_501, 2_500).fault).toMatch(/page is 1 bytes over .*import\(\).*packaging\/packages\.ts/);
});
