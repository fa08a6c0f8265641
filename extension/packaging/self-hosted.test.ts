import { createHash, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selfHostedUrls } from '@latchkey/shared/rollout/self-hosted-urls.ts';
import { strToU8, zipSync } from 'fflate';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { packCrx } from './crx.ts';
import { chromeExtensionId } from './extension-id.ts';
import { readExtensionKey, type SelfHosted, writeSelfHosted } from './self-hosted.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
const chromeKey = spki.toString('base64');
const firefoxId = 'latchkey@example.com';
const urls = selfHostedUrls('https://downloads.example.com/latchkey');
if (!urls) throw new Error('unreachable: the URL is well-formed');

const xpi = (version: string, id: string, more: Record<string, Uint8Array> = {}) =>
  zipSync({
    'manifest.json': strToU8(JSON.stringify({ version, browser_specific_settings: { gecko: { id } } })),
    ...more,
  });
const signature = { 'META-INF/mozilla.rsa': strToU8('signature') };
const zips = { chrome: zipSync({ a: strToU8('a') }), firefox: xpi('1.2.3', firefoxId) };
const given: SelfHosted = { version: '1.2.3', urls, zips, chromeKey, firefoxId, privateKey };

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'latchkey-self-hosted-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));
const text = (name: string) => readFile(join(dir, name), 'utf8');

it('packs a CRX3 whose signature covers its ID and its zip', () => {
  const crx = Buffer.from(packCrx(zips.chrome, privateKey));
  expect(crx.toString('latin1', 0, 4)).toBe('Cr24');
  expect(crx.readUInt32LE(4)).toBe(3);
  const headerLength = crx.readUInt32LE(8);
  const header = crx.subarray(12, 12 + headerLength);
  expect(crx.subarray(12 + headerLength).equals(zips.chrome)).toBe(true);
  // The last field, signed_header_data: tag (10000 × 8 + 2 as a varint), length, and in it crx_id.
  const crxId = createHash('sha256').update(spki).digest().subarray(0, 16);
  const signedHeader = Buffer.concat([Buffer.from([0x0a, 16]), crxId]);
  expect(header.subarray(-22).equals(Buffer.concat([Buffer.from([0x82, 0xf1, 0x04, 18]), signedHeader]))).toBe(true);
  const length = Buffer.from([18, 0, 0, 0]);
  const signed = Buffer.concat([Buffer.from('CRX3 SignedData\0'), length, signedHeader, zips.chrome]);
  // RSA 2048: the signature is the last 256 bytes before that field.
  expect(verify('sha256', signed, createPublicKey(privateKey), header.subarray(-22 - 256, -22))).toBe(true);
  expect(crx.equals(packCrx(zips.chrome, privateKey))).toBe(true);
});

it('writes packages, what leads browsers to them, and the policies', async () => {
  const files = await writeSelfHosted(given, dir);
  expect(files.slice(0, 5)).toEqual([
    'latchkey-1.2.3.crx',
    'latchkey-1.2.3.xpi',
    'latchkey.xpi',
    'update.xml',
    'updates.json',
  ]);
  expect(files).toContain(join('policies', 'edge.reg'));
  expect(await text('update.xml')).toContain(
    `<app appid="${chromeExtensionId(chromeKey)}">\n    <updatecheck codebase="${urls.crxOf('1.2.3')}" version="1.2.3"/>`,
  );
  const { addons } = JSON.parse(await text('updates.json'));
  const sha256 = createHash('sha256')
    .update(await readFile(join(dir, 'latchkey-1.2.3.xpi')))
    .digest('hex');
  expect(addons[firefoxId].updates).toEqual([
    { version: '1.2.3', update_link: urls.xpiOf('1.2.3'), update_hash: `sha256:${sha256}` },
  ]);
  expect(await text('policies/firefox-policies.json')).toContain(urls.xpi);
});

it('takes the XPI that Mozilla has signed, and no other', async () => {
  const signedXpi = xpi('1.2.3', firefoxId, signature);
  await writeSelfHosted({ ...given, signedXpi }, dir);
  expect((await readFile(join(dir, 'latchkey.xpi'))).equals(signedXpi)).toBe(true);
  const refused: [Uint8Array, RegExp][] = [
    [zips.firefox, /no signature of Mozilla's/],
    [strToU8('no zip'), /no signature of Mozilla's/],
    [xpi('1.2.2', firefoxId, signature), /is latchkey@example\.com 1\.2\.2, and not latchkey@example\.com 1\.2\.3/],
    [xpi('1.2.3', 'other@example.com', signature), /is other@example\.com/],
  ];
  for (const [other, why] of refused) {
    await expect(writeSelfHosted({ ...given, signedXpi: other }, dir)).rejects.toThrow(why);
  }
});

it('signs with the key of this extension only', async () => {
  const file = join(dir, 'key.pem');
  await writeFile(file, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  expect((await readExtensionKey(file, chromeKey)).asymmetricKeyType).toBe('rsa');
  await expect(readExtensionKey(join(dir, 'none.pem'), chromeKey)).rejects.toThrow(/\(ENOENT\).*--key/);
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await writeFile(file, other.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  await expect(readExtensionKey(file, chromeKey)).rejects.toThrow(/not the private half of extension\.chrome_key/);
  await writeFile(file, 'no key');
  await expect(readExtensionKey(file, chromeKey)).rejects.toThrow(/not a private key in PEM/);
});
