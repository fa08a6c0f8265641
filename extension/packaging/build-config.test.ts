import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoExtensionKey } from '../../demo/extension-key.ts';
import { readBuildConfig } from './build-config.ts';

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
extension: { firefox_ids: [latchkey@example.com], chrome_ids: [oggcglpehpoenonpodapjinfmkkpchhl], chrome_key: ${demoExtensionKey} }
origins:
  https://shop.example.com: { name: Shop }
  https://shop.example.com:8443: { name: Test shop }`;
    expect(await read(yaml)).toEqual({
      baked: {
        broker: 'https://latchkey.example.com',
        sites: ['https://shop.example.com', 'https://shop.example.com:8443'],
      },
      chromeKey: demoExtensionKey,
      firefoxId: 'latchkey@example.com',
    });
  });

  it('has the sites with attach_tokens, and the origins of their APIs', async () => {
    const { baked } = await read(`
issuer: https://latchkey.example.com
resources:
  https://api.example.com: { urls: [https://api.example.com/v1, https://api.example.com/v2, https://eu.api.example.com/] }
  https://reports.example.com: { name: Reports }
  https://other.example.com: { name: Other }
origins:
  https://shop.example.com: { allow: { https://other.example.com: [a] } }
  https://legacy.example.com:
    attach_tokens: true
    allow: { https://api.example.com: [a], https://reports.example.com: [b] }`);
    expect(baked?.attached).toEqual({
      sites: ['https://legacy.example.com'],
      apis: ['https://api.example.com', 'https://eu.api.example.com', 'https://reports.example.com'],
    });
  });

  it('has the organization’s name and help, for when the broker is away', async () => {
    const { baked } = await read(`
issuer: https://latchkey.example.com
branding: { name: Acme, color: "#0a5c36", support: { url: "https://help.acme.example" }, recovery_url: "https://acme.example/reset" }`);
    expect(baked?.organization).toEqual({
      name: 'Acme',
      support_url: 'https://help.acme.example',
      support_email: undefined,
      recovery_url: 'https://acme.example/reset',
    });
  });

  it('says why the broker would refuse the build: an ID that depends on the folder, or one that is not listed', async () => {
    const faults = async (extension: object) => {
      const yaml = JSON.stringify({ issuer: 'https://latchkey.example.com', extension });
      return (await read(yaml)).identityFaults;
    };
    expect(await faults({})).toEqual([
      expect.stringMatching(/^extension\.chrome_key is missing: .*folder.*"latchkey extension key"/),
      expect.stringMatching(/^extension\.firefox_ids is empty/),
    ]);
    const listed = { chrome_key: demoExtensionKey, firefox_ids: ['latchkey@example.com'] };
    expect(await faults({ ...listed, chrome_ids: ['a'.repeat(32)] })).toEqual([
      expect.stringContaining('extension.chrome_ids lacks oggcglpehpoenonpodapjinfmkkpchhl'),
    ]);
    expect(await faults({ ...listed, chrome_ids: ['oggcglpehpoenonpodapjinfmkkpchhl'] })).toBeUndefined();
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

  it('has the organization’s name and icons, each of its size', async () => {
    const own = (size: number) => join(import.meta.dirname, '..', 'icons', `${size}.png`);
    const icons = Object.fromEntries([16, 32, 48, 128].map((size) => [size, own(size)]));
    const yaml = (name: string, files: object) =>
      JSON.stringify({ issuer: 'https://latchkey.example.com', extension: { name, icons: files } });
    expect(await read(yaml('Acme Sign-in', icons))).toMatchObject({
      baked: { hasIcons: true },
      brand: { name: 'Acme Sign-in', icons },
    });
    await expect(read(yaml('Acme', { ...icons, 32: own(48), 48: './nowhere.png' }))).rejects.toThrow(
      /icons\.32: must be a PNG of 32 × 32 pixels\n.*icons\.48: .*can't be read/,
    );
    await expect(read(yaml('Acme', { 16: own(16) }))).rejects.toThrow(/for each of 16, 32, 48, 128/);
    await expect(read(yaml('A'.repeat(46), icons))).rejects.toThrow(/at most 45/);
    await expect(read(yaml('Acme\u202e', icons))).rejects.toThrow(/extension\.name: .*invisible characters/);
  });

  it.each([
    ['name', { name: 'Acme\nSign in here' }],
    ['support.email', { support: { email: 'help@acme.example\u202e' } }],
  ])('refuses a %s of the organization that is not plain text', async (at, branding) => {
    await expect(read(JSON.stringify({ issuer: 'https://latchkey.example.com', branding }))).rejects.toThrow(
      `branding.${at}: `,
    );
  });

  it('is refused where the file is empty', async () => {
    await expect(read('')).rejects.toThrow(/latchkey.yaml/);
  });
});
