import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBuildConfig } from './config.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-'));
});
afterAll(() => rm(folder, { recursive: true }));

const read = async (yaml: string) => {
  const file = join(folder, 'latchkey.yaml');
  await writeFile(file, yaml);
  return readBuildConfig(file);
};

describe('the configuration of a build', () => {
  it('is the part of latchkey.yaml that the extension needs', async () => {
    const yaml = `
issuer: https://latchkey.example.com
store: sqlite:./latchkey.db
extension: { firefox_ids: [latchkey@example.com], chrome_ids: [abc] }
origins:
  https://shop.example.com: { name: Shop }
  https://shop.example.com:8443: { name: Test shop }`;
    expect(await read(yaml)).toEqual({
      baked: {
        broker: 'https://latchkey.example.com',
        sites: ['https://shop.example.com', 'https://shop.example.com:8443'],
      },
      firefoxId: 'latchkey@example.com',
    });
  });

  it('names every fault at once', async () => {
    const yaml = `
issuer: http://latchkey.example.com
extension: { chrome_key: short }
origins: { 'https://*.example.com': {}, 'https://shop.example.com/': {}, 'http://shop.example.com': {} }`;
    const error = await read(yaml).catch((reason: Error) => reason);
    expect(String(error)).toMatch(/issuer/);
    expect(String(error)).toMatch(/chrome_key/);
    for (const origin of ['https://*.example.com', 'https://shop.example.com/', 'http://shop.example.com']) {
      expect(String(error)).toContain(origin);
    }
  });

  it('is refused where the file is empty', async () => {
    await expect(read('')).rejects.toThrow(/latchkey.yaml/);
  });
});
