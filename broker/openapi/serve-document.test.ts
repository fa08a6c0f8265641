import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-openapi-'));
});
afterAll(() => rm(folder, { recursive: true }));

it('a broker loads nothing of the document when it starts', async () => {
  const record = join(folder, 'modules');
  const recorder = fileURLToPath(new URL('../../test/e2e/kit/record-modules.ts', import.meta.url));
  const admin = new URL('../admin.ts', import.meta.url).href;
  const script = `await import(${JSON.stringify(admin)})`;
  await promisify(execFile)(process.execPath, ['--import', recorder, '--input-type=module', '--eval', script], {
    env: { ...process.env, RECORD_MODULES: record },
  });
  const ofDocument = [...(await readFile(record, 'utf8')).matchAll(/broker\/openapi\/(.*)$/gm)].map(([, file]) => file);
  expect(ofDocument).toEqual(['serve-document.ts']);
});
