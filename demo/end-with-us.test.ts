import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const url = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);
const lasting = 'console.log("runs"); setInterval(() => {}, 1_000)';
/** Starts a program that never ends by itself, and says so. */
const script = (start: string) => `
  import { spawn } from 'node:child_process';
  import { endGroupWithUs, endWithUs } from ${url('end-with-us.ts')};
  import { stopSignal } from ${url('stop-signal.ts')};
  stopSignal().addEventListener('abort', () => process.exit(1));
  ${start}
`;
const program = `endWithUs(spawn(process.execPath, ['-e', '${lasting}'], { stdio: 'inherit' }));`;
/** A shell that waits for a program, as a build tool waits for its compiler. */
const programOfProgram = `endGroupWithUs(spawn('sh', ['-c', '"$0" -e "$1"; true', process.execPath, '${lasting}'], {
  stdio: 'inherit', detached: true,
}));`;

describe.each([
  ['a program that ends with us', program],
  ['a program that a program has started, in a group that ends with us', programOfProgram],
])('%s', (_what, start) => {
  it.each(['SIGINT', 'SIGTERM'] as const)('is gone after %s', async (signal) => {
    const cwd = fileURLToPath(new URL('..', import.meta.url));
    const us = spawn(process.execPath, ['--input-type=module', '-e', script(start)], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    await once(us.stdout, 'data');
    us.kill(signal);
    // The pipe closes when nobody is left who could write to it.
    const [code] = await once(us, 'close');
    expect(code).toBe(1);
  });
});
