import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

const rows = read('docs/security.md')
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter((cells) => cells.length === 6 && /\.tsx?$/.test(cells[3] ?? ''));

describe('docs/security.md', () => {
  it('names many tests', () => expect(rows.length).toBeGreaterThan(40));

  it.each(rows)('%s%s (%s) is proved by a test that exists: %s › %s', (_start, _requirement, _source, file, title) => {
    expect(read(file ?? '')).toContain(title);
  });

  it('has one row for each attacker and each requirement', () => {
    const lines = read('docs/security.md').split('\n');
    const names = lines.filter((line) => line.startsWith('| ')).map((line) => line.split('|')[1]?.trim() ?? '');
    const isGeneral = (name: string) => name === '---' || name.startsWith('the same') || name.startsWith('The same');
    const own = names.filter((name) => !isGeneral(name));
    expect(own.filter((name, index) => own.indexOf(name) !== index)).toEqual([]);
  });
});
