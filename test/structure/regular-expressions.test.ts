import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { check } from 'recheck';
import { parseSync } from 'vite';
import { describe, expect, it } from 'vitest';
import { urlFilter } from '../../extension/background/attach/url-filter.ts';

/**
 * A regular expression that backtracks lets a stranger stop the process with one long header. Each expression in what we
 * ship is checked: none may need more than linear time for any input.
 */

const root = fileURLToPath(new URL('../../', import.meta.url));
/** Their input is ours. */
const notShipped = /\.test\.tsx?$|^(?:test|bench|demo)\//;
/** Built from names in our own source. */
const builtFromOurNames = ['clients/page/challenges.ts', 'dev/extension/template.ts', 'packaging/bundle.ts'];
/** Built by `urlFilter`, which is checked below. */
const builtByUrlFilter = ['extension/bridge/attach.iife.ts'];

/** Some expressions can only be judged by trying inputs, which takes a while on a busy machine. */
const patienceMs = 60_000;

/**
 * What is found by trying inputs is confirmed with the real engine and tens of thousands of characters, because the search
 * alone is wrong at times on a busy machine. A linear expression takes milliseconds; a quadratic one takes several times
 * this, also on a fast machine.
 */
const confirmMs = 1_000;

interface Found {
  file: string;
  pattern: string;
  flags: string;
}

const files = execFileSync('git', ['ls-files', '*.ts', '*.tsx', '*.js', '*.mjs'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((file) => file !== '' && !notShipped.test(file));

const literals: Found[] = [];
const built: string[] = [];

for (const file of files) {
  const { program, errors } = parseSync(file, readFileSync(join(root, file), 'utf8'));
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
  collect(program, file);
}

function collect(node: unknown, file: string): void {
  if (typeof node !== 'object' || node === null) return;
  const { type, regex, callee } = node as {
    type?: string;
    regex?: { pattern: string; flags: string };
    callee?: { name?: string };
  };
  if (type === 'Literal' && regex) literals.push({ file, ...regex });
  if ((type === 'NewExpression' || type === 'CallExpression') && callee?.name === 'RegExp') built.push(file);
  for (const child of Object.values(node)) collect(child, file);
}

const complexity = async ({ pattern, flags }: Pick<Found, 'pattern' | 'flags'>) => {
  const found = await check(pattern, flags, { timeout: patienceMs, recallTimeout: confirmMs });
  return found.status === 'vulnerable' ? `${found.complexity.summary}: ${found.attack.pattern}` : found.status;
};

describe('regular expressions', () => {
  it('are found in the sources', () => expect(literals.length).toBeGreaterThan(80));

  it.each(literals)('are linear: $file /$pattern/$flags', { timeout: 2 * patienceMs }, async (literal) => {
    expect(await complexity(literal)).toBe('safe');
  });

  it('are written out, but for those that are built from our own names', () => {
    expect(built.filter((file) => !builtByUrlFilter.includes(file)).toSorted()).toEqual(builtFromOurNames);
  });

  it.each(['https://api.example.com/', 'https://api.example.com/v1', 'https://api.example.com/a(b)+*/'])(
    'are linear for an API’s URL: %s',
    { timeout: 2 * patienceMs },
    async (url) => {
      expect(await complexity({ pattern: urlFilter(url), flags: '' })).toBe('safe');
    },
  );

  it('are refused if they backtrack', { timeout: 2 * patienceMs }, async () => {
    expect(await complexity({ pattern: '^Bearer +([^ ]+) *$', flags: 'i' })).toBe('safe');
    expect(await complexity({ pattern: String.raw`\s+$`, flags: '' })).toContain('polynomial');
    expect(await complexity({ pattern: '(a+)+$', flags: '' })).toContain('exponential');
  });
});
