import { execFileSync } from 'node:child_process';
import { shellWord } from '@latchkey/shared/shell-word.ts';
import { expect, it } from 'vitest';

/** What commands print for people to copy. `shared/` can start no shell. */
it.each(['', 'a', '/srv/keys.json', "/srv/Ada's keys", '$(exit 7)', '`exit 7`', 'a;b&c|d', 'a"b\\c', 'é\n*', '~', '#'])(
  'is one word for a shell, and nothing runs: %j',
  (text) => {
    const command = `printf '<%s>' ${shellWord(text)}`;
    expect(execFileSync('/bin/sh', ['-c', command], { encoding: 'utf8' })).toBe(`<${text}>`);
  },
);
