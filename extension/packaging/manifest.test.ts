import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createManifest, type ManifestOptions, targets } from '../../manifest.config.ts';
import { matchPattern } from '../platform/match-pattern.ts';

const baked = {
  broker: 'https://latchkey.example.com',
  sites: ['https://shop.example.com', 'https://shop.example.com:8443', 'https://notes.example.com'],
};
const attached = {
  sites: ['https://notes.example.com'],
  apis: ['https://api.example.com'],
};
const options = { version: '1.2.3', firefoxId: 'latchkey@example.com' };
const builds: [string, ManifestOptions][] = targets.flatMap((target) => [
  [`${target}, baked`, { ...options, target, baked }],
  [`${target}, baked, with attach_tokens`, { ...options, target, baked: { ...baked, attached } }],
  [`${target}, store`, { ...options, target, baked: null }],
]);

/** The manifest as plain data, since its keys differ by build. */
const manifestOf = (build: ManifestOptions) => createManifest(build) as Record<string, unknown>;
const permissionKeys = ['permissions', 'optional_permissions'];

let reasons: string[];
beforeAll(async () => {
  const document = await readFile(join(import.meta.dirname, '../../docs/permissions.md'), 'utf8');
  reasons = [...document.matchAll(/^\| `([a-zA-Z.]+)` \| [^|]+ \| [^|]{20,} \|$/gm)].map(([, name = '']) => name);
});

describe.each(builds)('the manifest (%s)', (_name, build) => {
  it('asks for nothing without a written reason', () => {
    const asked = permissionKeys.flatMap((key) => (manifestOf(build)[key] as string[] | undefined) ?? []);
    expect(asked.filter((permission) => !reasons.includes(permission))).toEqual([]);
  });

  it('opens nothing to all sites, and nothing of ours to any', () => {
    const { optional_host_permissions: _, ...rest } = manifestOf(build);
    const text = JSON.stringify(rest);
    expect(text).not.toMatch(/<all_urls>|web_accessible_resources|externally_connectable|"\*:|:\/\/\*/);
    expect(manifestOf(build).optional_host_permissions !== undefined).toBe(build.baked === null);
  });

  it('runs our own scripts only, and talks to nobody but the broker', () => {
    const { extension_pages: policy } = manifestOf(build).content_security_policy as { extension_pages: string };
    expect(policy).toContain("default-src 'none'; script-src 'self';");
    expect(policy).not.toContain('unsafe');
    expect(policy).toContain(
      build.baked ? 'connect-src https://latchkey.example.com;' : 'connect-src https: http://localhost:*',
    );
  });
});

describe('the manifest', () => {
  it('has no reason on paper for what it does not ask for', () => {
    const asked = builds.flatMap(([, build]) => permissionKeys.flatMap((key) => manifestOf(build)[key] ?? []));
    expect(reasons.filter((reason) => !asked.includes(reason))).toEqual([]);
  });

  it('has a shortcut that opens the popup', () => {
    for (const [, build] of builds)
      expect(manifestOf(build).commands).toEqual({
        _execute_action: { suggested_key: { default: expect.stringMatching(/^(?:Ctrl|Alt)\+Shift\+[A-Z]$/) } },
      });
  });

  it('of a store build has no site access', () => {
    for (const target of targets) {
      const manifest = manifestOf({ ...options, target, baked: null });
      expect(manifest).not.toHaveProperty('host_permissions');
      expect(manifest).not.toHaveProperty('content_scripts');
    }
  });

  it('of a baked build has the broker and the sites, each pattern once', () => {
    const manifest = manifestOf({ ...options, target: 'chrome', baked });
    const sites = ['https://shop.example.com/*', 'https://notes.example.com/*'];
    expect(manifest.host_permissions).toEqual(['https://latchkey.example.com/*', ...sites]);
    expect(manifest.content_scripts).toEqual([
      { matches: sites, js: ['bridge/bridge.iife.ts'], run_at: 'document_start' },
    ]);
  });

  it('has access to the broker beside an API, as the extension asks for it', () => {
    const beside = { ...attached, apis: [baked.broker] };
    const manifest = manifestOf({ ...options, target: 'chrome', baked: { ...baked, attached: beside } });
    expect(manifest.host_permissions).toContain('https://latchkey.example.com/*');
  });

  it('has the hosts of APIs, and a script in the pages of sites, only for attach_tokens', () => {
    const plain = manifestOf({ ...options, target: 'chrome', baked });
    const manifest = manifestOf({ ...options, target: 'chrome', baked: { ...baked, attached } });
    expect(manifest.host_permissions).toEqual([
      'https://latchkey.example.com/*',
      'https://shop.example.com/*',
      'https://notes.example.com:443/*',
      'https://api.example.com:443/*',
    ]);
    const firefox = manifestOf({ ...options, target: 'firefox', baked: { ...baked, attached } });
    expect(firefox.host_permissions).toEqual([...(plain.host_permissions as string[]), 'https://api.example.com/*']);
    expect(manifest.content_scripts).toEqual([
      ...(plain.content_scripts as object[]),
      { matches: ['https://notes.example.com/*'], js: ['bridge/attach.iife.ts'], run_at: 'document_start' },
    ]);
    expect([manifest, plain].map(({ declarative_net_request: rules }) => rules !== undefined)).toEqual([true, false]);
    expect(manifest.permissions).toContain('declarativeNetRequestWithHostAccess');
    expect(plain.permissions).not.toContain('declarativeNetRequestWithHostAccess');
  });

  it('has what each browser needs, and nothing of the other’s', () => {
    const chrome = manifestOf({ ...options, target: 'chrome', baked, chromeKey: 'KEY' });
    const firefox = manifestOf({ ...options, target: 'firefox', baked, chromeKey: 'KEY' });
    expect(chrome).toMatchObject({ key: 'KEY', background: { service_worker: 'background/main.ts' } });
    expect(chrome).not.toHaveProperty('browser_specific_settings');
    expect(firefox).toMatchObject({
      background: { scripts: ['background/main.ts'] },
      browser_specific_settings: {
        gecko: { id: 'latchkey@example.com', data_collection_permissions: { required: ['authenticationInfo'] } },
      },
    });
    // Firefox for Android lacks what the extension needs.
    expect(firefox).not.toHaveProperty('browser_specific_settings.gecko_android');
    expect(firefox).not.toHaveProperty('key');
    expect(firefox).not.toHaveProperty('minimum_chrome_version');
  });

  it('writes match patterns without ports, which patterns do not know', () => {
    expect(matchPattern('http://shop.localhost:9402')).toBe('http://shop.localhost/*');
  });
});
