import { createPublicKey, generateKeyPairSync, type JsonWebKey, sign, verify } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { run } from './main.ts';
import { createServiceKey, publicKeyOfService } from './service-key.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-service-key-'));
  path = join(folder, 'key.jwk');
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const keep = (key: unknown) => writeFileSync(path, typeof key === 'string' ? key : JSON.stringify(key));
const jwkOf = (pair: { privateKey: { export(options: { format: 'jwk' }): JsonWebKey } }): JsonWebKey =>
  pair.privateKey.export({ format: 'jwk' });
const ec = (namedCurve: string) => jwkOf(generateKeyPairSync('ec', { namedCurve }));

describe('the public key of a service', () => {
  it('is the same again, from the file that was made', () => {
    const made = createServiceKey(path);
    expect(JSON.stringify(publicKeyOfService(path))).toBe(JSON.stringify(made));
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it.each<[string, () => JsonWebKey, string | null, string[]]>([
    ['P-256', () => ec('P-256'), 'sha256', ['kty', 'crv', 'x', 'y']],
    ['P-384', () => ec('P-384'), 'sha384', ['kty', 'crv', 'x', 'y']],
    ['Ed25519', () => jwkOf(generateKeyPairSync('ed25519')), null, ['kty', 'crv', 'x']],
    ['RSA', () => jwkOf(generateKeyPairSync('rsa', { modulusLength: 2_048 })), 'sha256', ['kty', 'n', 'e']],
  ])('verifies what the private key signs, and has no other member: %s', async (_, create, hash, members) => {
    const jwk = create();
    keep({ keys: [{ ...jwk, kid: 'a', alg: 'X', use: 'sig', note: 'private' }] });
    const found = publicKeyOfService(path);
    expect(Object.keys(found)).toEqual([...members, 'kid', 'alg', 'use']);
    const signature = sign(hash, Buffer.from('text'), { key: jwk, format: 'jwk' });
    const key = createPublicKey({ key: found, format: 'jwk' });
    expect(verify(hash, Buffer.from('text'), key, signature)).toBe(true);
  });

  it('belongs to the private key, whatever else the file says', () => {
    const jwk = jwkOf(generateKeyPairSync('ed25519'));
    keep({ ...jwk, x: jwkOf(generateKeyPairSync('ed25519')).x });
    expect(publicKeyOfService(path)).toEqual({ kty: jwk.kty, crv: jwk.crv, x: jwk.x });
  });

  it('is printed by a command that can be copied, also where a shell would read the path otherwise', () => {
    path = join(folder, "Ada's key $(exit 7).jwk");
    createServiceKey(path);
    const said = () => createServiceKey(path);
    expect(said).toThrow(`latchkey services key --key-file '${folder}/Ada'\\''s key $(exit 7).jwk'`);
  });

  it.each<[string, () => unknown]>([
    ['nothing', () => ''],
    ['text', () => 'secret'],
    ['null', () => null],
    ['no object', () => 7],
    ['a public key', () => ({ ...ec('P-256'), d: undefined })],
    ['two keys', () => ({ keys: [ec('P-256'), ec('P-256')] })],
    ['no keys', () => ({ keys: [] })],
    ['a secret', () => ({ kty: 'oct', k: 'c2VjcmV0', d: 'c2VjcmV0' })],
    ['a broken key', () => ({ ...ec('P-256'), d: 'c2VjcmV0' })],
  ])('is not made of %s, and nothing of the file is shown', async (_, content) => {
    keep(content() ?? 'null');
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const err = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(await run(['services', 'key', '--key-file', path])).toBe(1);
    expect(write).not.toHaveBeenCalled();
    expect(err.mock.calls.join('')).toBe(
      `latchkey: ${path} is not the private key of a service. It must be one private key as a JWK, as "latchkey services key --output" writes it\n`,
    );
  });

  it('says why a file cannot be read, and writes none', async () => {
    expect(() => publicKeyOfService(join(folder, 'nowhere'))).toThrow(
      expect.objectContaining({ code: 'invalid_service_key', message: expect.stringContaining('does not exist') }),
    );
    keep(ec('P-256'));
    const before = readFileSync(path, 'utf8');
    publicKeyOfService(path);
    expect(readFileSync(path, 'utf8')).toBe(before);
  });
});
