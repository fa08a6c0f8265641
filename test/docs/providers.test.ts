import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseConfig } from '../../broker/config/load.ts';
import { presetNames } from '../../broker/config/provider-presets.ts';

const folder = new URL('../../docs/providers/', import.meta.url);
const pages = readdirSync(folder).filter((name) => name.endsWith('.md'));

it('has a page for each preset', () => {
  expect(pages.map((page) => page.replace('.md', '')).sort()).toEqual([...presetNames].sort());
});

it.each(pages)('%s has a configuration that the broker takes', (page) => {
  const [, yaml = ''] = /```yaml\n(.*?)```/s.exec(readFileSync(new URL(page, folder), 'utf8')) ?? [];
  const secrets = Object.fromEntries([...yaml.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => [name, 's'.repeat(24)]));
  const source = `issuer: https://latchkey.example.com
keys_file: keys
resources: { 'https://api.example.com': { name: API, scopes: { read: Read } } }
${yaml.replace('<tenant id>', '00001111-aaaa-2222-bbbb-3333cccc4444')}`;
  const { upstreams } = parseConfig(source, '/nowhere/latchkey.yaml', secrets);
  const [upstream] = upstreams.values();
  expect(upstream?.preset).toBe(page.replace('.md', ''));
});
