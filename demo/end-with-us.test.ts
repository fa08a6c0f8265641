import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const url = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);
/** Starts a program that never ends by itself, and says so. */
const script = `
  import { spawn } from 'node:child_process';
  import { endWithUs } from ${url('end-with-us.ts')};
  import { stopSignal } from ${url('stop-signal.ts')};
  stopSignal().addEventListener('abort', () => process.exit(1));
  endWithUs(spawn(process.execPath, ['-e', 'console.log("runs"); setInterval(() => {}, 1_000)'], { stdio: 'inherit' }));
`;

describe('a program that ends with us', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('is gone after %s', async (signal) => {
    const cwd = fileURLToPath(new URL('..', import.meta.url));
    const us = spawn(process.execPath, ['--input-type=module', '-e', script], {
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
