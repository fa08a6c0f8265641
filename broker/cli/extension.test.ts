import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseConfig } from '../config/load.ts';
import { extensionKey } from './extension-key.ts';
import { run } from './main.ts';

let dir: string;
let out: string;
let errors: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'latchkey-extension-'));
  out = '';
  errors = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += text;
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    errors += text;
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true });
});

const at = (name: string) => join(dir, name);
const initArguments = [
  ['--issuer', 'https://latchkey.example.com', '--preset', 'okta', '--upstream-issuer', 'https://acme.okta.com'],
  ['--client-id', '0oa1', '--site', 'https://shop.example.com', '--api', 'https://api.example.com'],
].flat();

describe('latchkey extension key', () => {
  it('makes a private key that only its owner reads, once, and prints what belongs into the configuration', async () => {
    expect(await run(['extension', 'key', '--file', at('key.pem')])).toBe(0);
    expect(statSync(at('key.pem')).mode & 0o777).toBe(0o600);
    const { id, chromeKey, redirectUri } = extensionKey(at('key.pem'));
    expect(out).toContain(`Created ${at('key.pem')}`);
    expect(out).toContain(`chrome_ids: [${id}]\n  chrome_key: ${chromeKey}\n`);
    expect(redirectUri).toBe(`https://${id}.chromiumapp.org/`);
    const before = readFileSync(at('key.pem'), 'utf8');
    out = '';
    expect(await run(['extension', 'key', '--file', at('key.pem')])).toBe(0);
    expect(out).toContain(`Read ${at('key.pem')}`);
    expect(out).toContain(id);
    expect(out + errors).not.toContain('PRIVATE KEY');
    expect(readFileSync(at('key.pem'), 'utf8')).toBe(before);
  });

  it('refuses a file that is something else, and a folder that is not there, in one line', async () => {
    writeFileSync(at('other'), 'no key', { mode: 0o600 });
    const { privateKey } = generateKeyPairSync('ed25519');
    writeFileSync(at('ed25519.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    for (const name of ['other', 'ed25519.pem']) {
      expect(await run(['extension', 'key', '--file', at(name)])).toBe(1);
      expect(errors).toContain(`${at(name)} is not an RSA private key in PEM`);
    }
    expect(await run(['extension', 'key', '--file', at('missing/key.pem')])).toBe(1);
    expect(errors).toContain('key.pem: its folder does not exist. Create the folder');
    expect(errors).not.toMatch(/^\s+at /m);
  });
});

describe("the key of everybody's extension", () => {
  it('is not read if other users could have', async () => {
    expect(await run(['extension', 'key', '--file', at('open.pem')])).toBe(0);
    chmodSync(at('open.pem'), 0o644);
    expect(await run(['extension', 'key', '--file', at('open.pem')])).toBe(1);
    expect(errors).toContain(
      `${at('open.pem')} can be read by other users (mode 644). Check who could have read it, then run: chmod 600 ${at('open.pem')}`,
    );
  });
});

describe('latchkey init', () => {
  it('makes the key, names the builds, prints their redirect URIs, and writes the policies', async () => {
    const url = 'https://downloads.example.com/latchkey';
    expect(await run(['init', '--config', at('latchkey.yaml'), '--self-hosted', url, ...initArguments])).toBe(0);
    const { id, redirectUri } = extensionKey(at('latchkey-extension.pem'));
    const env = { OKTA_CLIENT_SECRET: 'of-this-test-only-0123' };
    const { extension } = parseConfig(readFileSync(at('latchkey.yaml'), 'utf8'), at('latchkey.yaml'), env);
    expect(extension.redirectUris[0]).toBe(redirectUri);
    for (const uri of extension.redirectUris) expect(out).toContain(uri);
    const policy = JSON.parse(readFileSync(at('latchkey-policies/chrome.json'), 'utf8'));
    expect(policy.ExtensionSettings[id].update_url).toBe(`${url}/update.xml`);
  });

  it('keeps the key of an extension that is in use, and changes nothing for a wrong URL', async () => {
    const { id } = extensionKey(at('latchkey-extension.pem'));
    const wrong = ['init', '--config', at('latchkey.yaml'), '--self-hosted', 'http://example.com/', ...initArguments];
    expect(await run(wrong)).toBe(2);
    expect(readdirSync(dir)).toEqual(['latchkey-extension.pem']);
    expect(await run(['init', '--config', at('latchkey.yaml'), ...initArguments])).toBe(0);
    expect(readFileSync(at('latchkey.yaml'), 'utf8')).toContain(`chrome_ids: [${id}]`);
  });
});

describe('latchkey extension policies', () => {
  const policies = (...more: string[]) =>
    run(['extension', 'policies', '--config', at('latchkey.yaml'), '--out', at('policies'), ...more]);

  it('writes those of the configuration’s builds', async () => {
    vi.stubEnv('OKTA_CLIENT_SECRET', 'of-this-test-only-0123');
    await run(['init', '--config', at('latchkey.yaml'), ...initArguments]);
    expect(await policies('--self-hosted', 'https://downloads.example.com/')).toBe(0);
    expect(readdirSync(at('policies')).toSorted()).toEqual(
      [
        ['chrome.json', 'chrome.mobileconfig', 'chrome.reg', 'edge.json', 'edge.mobileconfig', 'edge.reg'],
        ['firefox-policies.json', 'firefox.mobileconfig', 'firefox.reg'],
      ].flat(),
    );
    writeFileSync(at('file'), '');
    expect(await policies('--self-hosted', 'https://downloads.example.com/', '--out', at('file'))).toBe(2);
    expect(errors).toMatch(/can't write to .*file: .*\. /);
    expect(await policies()).toBe(2);
    expect(errors).toContain('--self-hosted URL is missing');
  });

  it('does not take a store’s ID for one of its own', async () => {
    vi.stubEnv('OKTA_CLIENT_SECRET', 'of-this-test-only-0123');
    await run(['init', '--config', at('latchkey.yaml'), ...initArguments]);
    const written = readFileSync(at('latchkey.yaml'), 'utf8');
    const ofStore = written.replace(/ *chrome_key: .*\n/, '').replace(/ *firefox_ids: .*\n/, '');
    writeFileSync(at('latchkey.yaml'), ofStore);
    const code = await policies('--self-hosted', 'https://downloads.example.com/');
    expect([code, errors]).toEqual([
      2,
      expect.stringContaining('names no build of your own: run "latchkey extension key"'),
    ]);
  });
});
