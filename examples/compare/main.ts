import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { table } from './count.ts';

/** `npm run compare`: installs the other products' libraries, compiles and runs the code, and prints the table. */
const here = import.meta.dirname;
const bin = join(here, '../../node_modules/.bin');

/** Peers, such as React, are the repository's own. */
const install = ['install', '--legacy-peer-deps', '--no-package-lock', '--no-audit', '--no-fund', '--ignore-scripts'];

for (const [program, args] of [
  ['npm', install],
  [join(bin, 'tsc'), ['-p', here]],
  [join(bin, 'vitest'), ['run', '--config', join(here, 'vitest.config.ts')]],
] as const) {
  const { status } = spawnSync(program, args, { cwd: here, stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}
process.stdout.write(`${table()}\n`);
