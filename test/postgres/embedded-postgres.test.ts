import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

it('leaves the exit status of a process that has failed', () => {
  const script = "await import('./embedded-postgres.ts'); process.exitCode = 3;";
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 3, stderr: '' });
});
