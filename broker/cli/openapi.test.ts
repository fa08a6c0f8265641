import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { openapi } from './openapi.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-openapi-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

it('prints the document for the issuer of the configuration, whose secrets need not be there', async () => {
  const file = join(folder, 'latchkey.yaml');
  writeFileSync(
    file,
    'issuer: https://id.example.org\nkeys_file: ./keys\nresources: {}\nupstreams: { idp: { issuer: "https://idp.example.org", client_id: x, client_secret_file: ./absent } }\n',
  );
  const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  expect(await openapi(['--config', file])).toBe(0);
  const document = JSON.parse(out.mock.calls.join(''));
  expect(document).toMatchObject({ openapi: '3.1.1', servers: [{ url: 'https://id.example.org' }] });
  expect(document.paths).toHaveProperty('/token');
});
