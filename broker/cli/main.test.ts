import { afterEach, expect, it, vi } from 'vitest';
import { run } from './main.ts';

afterEach(() => vi.restoreAllMocks());

const printed = async (...argv: string[]) => {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  expect(await run(argv)).toBe(0);
  return write.mock.calls.join('');
};

it.each([
  ['init', '--upstream-issuer'],
  ['sessions', '--email'],
  ['policy', '--consented'],
  ['serve', 'doctor'],
])('%s --help says more of it', async (command, word) => {
  expect(await printed(command, '--help')).toContain(word);
});
