import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../demo/program.ts';

let scripts: Record<string, string>;
beforeAll(async () => {
  ({ scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
});

/** Runs what `npm run NAME` runs, with the Node.js of this process. */
async function run(name: string, option: string) {
  const [, file = ''] = /^node (\S+\.ts)$/.exec(scripts[name] ?? '') ?? [];
  const child = spawn(process.execPath, [join(root, file), option], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code, out, err };
}

describe.each([
  'build:extension',
  'build:packages',
  'package:extension',
  'pack',
  'release',
  'bench:kill',
  'bench:revocation',
  'bench:popup',
  'bench:scale',
  'bench:sizing',
  'test:gateways',
  'providers',
  'apis',
  'pictures',
])('npm run %s', (name) => {
  it('--help says what it does, and does nothing', async () => {
    const { code, out, err } = await run(name, '--help');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^npm run [\w:]+.*\n\n\w/);
    expect(out.split('\n').length).toBeLessThan(25);
  });

  it('tells a wrong option without a stack', async () => {
    const { code, out, err } = await run(name, '--bogus');
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^Unknown option '--bogus'/);
    expect(err).not.toContain('    at ');
  });
});
