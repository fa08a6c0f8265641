import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNewFile } from './new-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-new-file-'));
});
afterEach(() => rmSync(folder, { recursive: true }));
const path = (name: string) => join(folder, name);

describe('a new file', () => {
  it('has its content and its permissions', () => {
    createNewFile(path('new'), 'text', 0o600);
    expect(readFileSync(path('new'), 'utf8')).toBe('text');
    expect(statSync(path('new')).mode & 0o777).toBe(0o600);
  });

  it('never replaces another', () => {
    writeFileSync(path('key'), 'in use');
    expect(() => createNewFile(path('key'), 'text', 0o600)).toThrow('EEXIST');
    expect(readFileSync(path('key'), 'utf8')).toBe('in use');
  });

  it('deletes no other, also if the process can open no more files', async () => {
    writeFileSync(path('key'), 'in use');
    const module = JSON.stringify(pathToFileURL(join(import.meta.dirname, 'new-file.ts')));
    writeFileSync(
      path('program.ts'),
      `import { openSync } from 'node:fs';
      import { createNewFile } from ${module};
      try { for (;;) openSync('/dev/null', 'r'); } catch {}
      try { createNewFile(${JSON.stringify(path('key'))}, 'text', 0o600); } catch ({ message }) { console.log(message); }`,
    );
    const { stdout } = await promisify(execFile)('/bin/sh', [
      '-c',
      'ulimit -n 60; exec "$0" "$1"',
      process.execPath,
      path('program.ts'),
    ]);
    expect(stdout).toContain('EMFILE');
    expect(readFileSync(path('key'), 'utf8')).toBe('in use');
  });
});
