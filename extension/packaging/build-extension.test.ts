import { access, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { targets } from '../../manifest.config.ts';
import { type BuildConfig, storeBuild } from './build-config.ts';
import { buildExtension, readManifest } from './build-extension.ts';
import { budgets, type PartSize } from './sizes.ts';

const sites = ['https://shop.example.com'];
const baked: BuildConfig = {
  baked: { broker: 'https://latchkey.example.com', sites },
  firefoxId: 'latchkey@example.com',
};

const overBudget = (sizes: readonly PartSize[]): PartSize[] => sizes.filter(({ part, bytes }) => bytes > budgets[part]);

let outDir: string;
beforeAll(async () => {
  outDir = await mkdtemp(join(tmpdir(), 'latchkey-build-'));
});
afterAll(() => rm(outDir, { recursive: true }));

describe.each(targets)('the build for %s', (target) => {
  let root: string;
  let sizes: PartSize[];
  let files: string[];
  beforeAll(async () => {
    sizes = await buildExtension(baked, { target, version: '1.2.3', outDir });
    root = join(outDir, target);
    const found = await readdir(root, { recursive: true, withFileTypes: true });
    files = found
      .filter((file) => file.isFile())
      .map((file) => join(file.parentPath, file.name).slice(root.length + 1));
  }, 60_000);

  it('is within its budgets', () => {
    expect(sizes.map(({ part }) => part).sort()).toEqual(['background', 'bridge', 'popup']);
    expect(overBudget(sizes)).toEqual([]);
  });

  it('is within its budgets where it attaches tokens', async () => {
    const attached = { sites, apis: ['https://api.example.com'] };
    const attaching = { ...baked, baked: { broker: 'https://latchkey.example.com', sites, attached } };
    const dir = join(outDir, 'attaching');
    const found = await buildExtension(attaching, { target, version: '1.2.3', outDir: dir });
    expect(found.map(({ part }) => part).sort()).toEqual(['attach', 'background, attaching', 'bridge', 'popup']);
    expect(overBudget(found)).toEqual([]);
  }, 60_000);

  it('opens no file of ours to web pages, and asks for no site that is not listed', async () => {
    const manifest = (await readManifest(root)) as unknown as Record<string, unknown>;
    expect(manifest).not.toHaveProperty('web_accessible_resources');
    expect(manifest.permissions).toEqual(['activeTab', 'alarms', 'identity', 'storage']);
    expect(manifest.host_permissions).toEqual(['https://latchkey.example.com/*', 'https://shop.example.com/*']);
  });

  it('puts one script into pages: it loads no other, and is there before the page', async () => {
    const { content_scripts: scripts = [] } = await readManifest(root);
    expect(scripts).toEqual([
      { js: ['bridge/bridge.iife.js'], matches: ['https://shop.example.com/*'], run_at: 'document_start' },
    ]);
    const bridge = await readFile(join(root, 'bridge/bridge.iife.js'), 'utf8');
    expect(bridge).not.toMatch(/\bimport\b/);
  });

  it('has every file that its manifest and pages name, and no inline script', async () => {
    for (const page of ['popup', 'consent', 'provider', 'options', 'welcome', 'diagnostics'].map(
      (name) => `ui/${name}.html`,
    )) {
      const html = await readFile(join(root, page), 'utf8');
      expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|\son\w+=|<style/);
      for (const [, file = ''] of html.matchAll(/(?:src|href)="\/([^"]+)"/g)) await access(join(root, file));
    }
    const { background } = await readManifest(root);
    for (const file of [background.service_worker, ...(background.scripts ?? [])])
      if (file) await access(join(root, file));
    expect(files).toContain('_locales/en/messages.json');
  });

  it('evaluates no text as code', async () => {
    for (const file of files.filter((name) => name.endsWith('.js'))) {
      expect(await readFile(join(root, file), 'utf8'), file).not.toMatch(/\beval\(|new Function\(/);
    }
  });
});

it('wears the name and the icons of the organization, in every language', async () => {
  const icon = (size: number) => join(import.meta.dirname, '..', 'icons', `${size}.png`);
  const icons = { 16: icon(16), 32: icon(32), 48: icon(48), 128: icon(128) };
  await buildExtension(
    { ...baked, brand: { name: 'Acme $ Sign-in', icons } },
    { target: 'chrome', version: '1.2.3', outDir: join(outDir, 'brand') },
  );
  const locales = join(outDir, 'brand/chrome/_locales');
  for (const locale of await readdir(locales)) {
    const text = await readFile(join(locales, locale, 'messages.json'), 'utf8');
    expect(text, locale).not.toContain('Latchkey');
    expect(JSON.parse(text).name.message).toBe('Acme $$ Sign-in');
  }
  expect(await readFile(join(outDir, 'brand/chrome/icons/48.png'))).toEqual(await readFile(icon(48)));
}, 60_000);

it('builds for the stores without any access to sites', async () => {
  const sizes = await buildExtension(storeBuild, { target: 'chrome', version: '1.2.3', outDir: join(outDir, 'store') });
  expect(sizes.map(({ part }) => part).sort()).toEqual(['background', 'bridge', 'popup']);
  expect(overBudget(sizes)).toEqual([]);
  const manifest = await readManifest(join(outDir, 'store/chrome'));
  expect(manifest).not.toHaveProperty('host_permissions');
  expect(manifest).not.toHaveProperty('content_scripts');
}, 60_000);
