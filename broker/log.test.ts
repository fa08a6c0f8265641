import { expect, it, vi } from 'vitest';
import { atLeast, errorSummary, joinedWrites, type LogLevel } from './log.ts';

it.each<[LogLevel, string[]]>([
  ['info', ['info', 'warn', 'error']],
  ['warn', ['warn', 'error']],
  ['error', ['error']],
])('at the level %s, the log has %j, and the level may change', (level, expected) => {
  const lines: string[] = [];
  const write = ({ event }: { event: string }) => void lines.push(event);
  let least: LogLevel = 'error';
  const log = atLeast({ info: write, warn: write, error: write }, () => least);
  log.info({ event: 'not yet' });
  least = level;
  log.info({ event: 'info' });
  log.warn({ event: 'warn' });
  log.error({ event: 'error' });
  expect(lines).toEqual(expected);
});

it('has why a certificate is not trusted, and no competing cure of Node.js', () => {
  const cause = Object.assign(
    new Error(
      'unable to verify the first certificate; if the root CA is installed locally, try running Node.js with --use-system-ca',
    ),
    { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
  );
  expect(errorSummary(new TypeError('fetch failed', { cause }))).toBe(
    'TypeError: fetch failed ← Error[UNABLE_TO_VERIFY_LEAF_SIGNATURE]: unable to verify the first certificate',
  );
});

it('joins lines up to a number of bytes, and measures each line once', async () => {
  const written: string[] = [];
  const { write } = joinedWrites({ write: (text) => void written.push(text) }, { longest: 10 });
  const measured = vi.spyOn(Buffer, 'byteLength');
  for (const line of ['äöü\n', 'b\n', 'c\n', 'd\n', 'longer than ten\n', 'e\n']) write(line);
  const lengths = measured.mock.calls.map(([text]) => (text as string).length);
  measured.mockRestore();
  expect(written).toEqual(['äöü\nb\n', 'c\nd\n', 'longer than ten\n']);
  await new Promise((done) => setImmediate(done));
  expect(written).toEqual(['äöü\nb\n', 'c\nd\n', 'longer than ten\n', 'e\n']);
  expect(lengths).toEqual([4, 2, 2, 2, 16, 2]);
});
