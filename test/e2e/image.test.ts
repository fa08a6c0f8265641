import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../../demo/program.ts';
import { registryAnswers } from '../packages/folder.ts';

const canInstall = registryAnswers();

describe.skipIf(!canInstall)(`the image${canInstall ? '' : ' (skipped: npm reaches no registry)'}`, () => {
  it('has the packages that the broker needs, and no compiler', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'latchkey-image-'));
    const dockerfile = await readFile(join(root, 'deploy/Dockerfile'), 'utf8');
    const [stage = ''] = dockerfile.split('COPY dist/packages/');
    for (const [, instruction, rest = ''] of stage.matchAll(/^(COPY|RUN) (.*)$/gm)) {
      if (instruction === 'RUN') {
        execFileSync('sh', ['-ec', rest], { cwd: dir, stdio: 'pipe' });
        continue;
      }
      const names = rest.split(' ');
      const to = names.pop() ?? '';
      for (const name of names) await cp(join(root, name), join(dir, to, name.split('/').at(-1) ?? ''));
    }
    const installed = await readdir(join(dir, 'node_modules'));
    expect(installed).toEqual(expect.arrayContaining(['hono', 'jose', 'pg', '@opentelemetry', 'latchkey']));
    expect(installed.filter((name) => /typescript|^vite|^rolldown|^@napi-rs/.test(name))).toEqual([]);
    await rm(dir, { recursive: true });
  }, 240_000);
});
