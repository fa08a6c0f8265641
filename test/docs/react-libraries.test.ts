import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { count, libraries, table } from '../../examples/compare/count.ts';

it('the table of React libraries has the lines of examples/compare', () => {
  const page = readFileSync(new URL('../../docs/react-libraries.md', import.meta.url), 'utf8');
  expect(page).toContain(`\n${table()}\n`);
});

it.each(libraries)('%s has code for each row', (library) => {
  for (const [task, lines] of Object.entries(count(library))) expect(lines, task).toBeGreaterThan(0);
});
