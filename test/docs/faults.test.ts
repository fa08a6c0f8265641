import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const messages = read('extension/_locales/en/messages.json');

const rows = read('docs/faults.md')
  .split('\n')
  .map((line) => line.split(' | '))
  .filter((cells) => cells.length === 4 && cells[3]?.includes('›'));
const tests = rows.flatMap(([fault, , , cell = '']) =>
  cell.split('<br>').map((test) => [fault, ...(/`([^`]+)` › (.+?)(?: \|)?$/.exec(test)?.slice(1) ?? [])]),
);

describe('docs/faults.md', () => {
  it('has a row for each fault', () => expect(rows.length).toBeGreaterThanOrEqual(20));

  it.each(tests)('%s: held by a test that exists: %s › %s', (_fault, file = '', title = 'no test') => {
    expect(read(file)).toContain(title);
  });

  it.each(rows)('%s: shows nothing that the extension doesn’t say', (_fault, _behavior, shown = '') => {
    for (const [, said = ''] of shown.matchAll(/“([^”]+)”/g)) expect(messages).toContain(`"${said}"`);
  });
});
