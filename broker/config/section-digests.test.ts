import { describe, expect, it } from 'vitest';
import { parseConfig } from './load.ts';
import { sectionDigests, sectionOf } from './section-digests.ts';
import type { Config } from './types.ts';

const key = { kid: 'k1', key: Buffer.alloc(32, 1) };
const config = (more = 'resources: {}', secret = 'of-this-test-only') =>
  parseConfig(
    `
issuer: https://latchkey.example.com
keys_file: keys
upstreams: { okta: { issuer: "https://acme.okta.com", client_id: x, client_secret: "\${SECRET}" } }
${more}`,
    '/nowhere/latchkey.yaml',
    { SECRET: secret },
  );

const changed = (one: Config, other: Config, otherKey = key) => {
  const [before, after] = [sectionDigests(one, key), sectionDigests(other, otherKey)];
  return Object.keys(after).filter((section) => after[section] !== before[section]);
};

describe('digests of sections', () => {
  it('are equal for the same configuration, and for its defaults written out', () => {
    expect(changed(config(), config('resources: {}\nlog_level: info\ndevices: {}'))).toEqual([]);
  });

  it('tell which section changed, by its name in the file', () => {
    expect(changed(config(), config('resources: {}\nkeep_alive: 60s\ntrusted_proxies: [10.0.0.0/8]'))).toEqual([
      'keep_alive',
      'trusted_proxies',
    ]);
  });

  it('see a secret that has changed, and have it under a key', () => {
    expect(changed(config(), config('resources: {}', 'another-of-this-test'))).toEqual(['upstreams']);
    const otherKey = { kid: 'k2', key: Buffer.alloc(32, 2) };
    expect(changed(config(), config(), otherKey)).toEqual(Object.keys(sectionDigests(config(), key)));
  });

  it('see a change deep in a map, and none in the order of its entries', () => {
    const resources = (...names: string[]) =>
      config(
        `resources: {${names.map((name) => `https://${name}.example.com: { name: API, scopes: { read: Words } }`)}}`,
      );
    expect(changed(resources('a', 'b'), resources('b', 'a'))).toEqual([]);
    expect(changed(resources('a', 'b'), resources('a', 'c'))).toEqual(['resources']);
  });

  it('see a picture that has changed', () => {
    const pictured = (byte: number): Config => {
      const before = config();
      const logo = { type: 'image/png' as const, body: Uint8Array.of(byte) };
      return { ...before, branding: { ...before.branding, logo } };
    };
    expect(changed(pictured(1), pictured(1))).toEqual([]);
    expect(changed(pictured(1), pictured(2))).toEqual(['branding']);
  });

  it('have names that the file knows', () => {
    expect(sectionOf('adminListen')).toBe('admin_listen');
    expect(sectionOf('keepAliveMs')).toBe('keep_alive');
    expect(sectionOf('issuer')).toBe('issuer');
  });
});
