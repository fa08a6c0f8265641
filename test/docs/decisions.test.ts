import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const text = readFileSync(new URL('../../docs/decisions.md', import.meta.url), 'utf8');
const numbers = (expression: RegExp): number[] => [...text.matchAll(expression)].map((match) => Number(match[1]));
const entries = numbers(/^### D(\d+)\. /gm);

describe('docs/decisions.md', () => {
  it('has the entries in the order of their numbers, each once', () => {
    expect(entries.length).toBeGreaterThan(80);
    expect(entries).toEqual([...new Set(entries)].sort((a, b) => a - b));
  });

  it('lists each entry in the index, in the same order, and has an anchor for it', () => {
    expect(numbers(/^\| \[D(\d+)\]\(#d\1\) /gm)).toEqual(entries);
    expect(numbers(/^<a id="d(\d+)"><\/a>$/gm)).toEqual(entries);
  });

  it('says once in each entry why', () => {
    for (const entry of text.split(/^### /m).slice(1)) {
      expect.soft(entry.split('**Why:**').length, entry.split('\n')[0]).toBe(2);
      expect.soft(entry.split('**Consequence:**').length, entry.split('\n')[0]).toBeLessThanOrEqual(2);
    }
  });
});
