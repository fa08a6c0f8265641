import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, type JWK } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newSecret } from '../../broker/oauth/client-authentication/client-secret.ts';
import { startBrokerAndIdp } from './kit/broker.ts';

/** `latchkey services`: the real command, and the real broker. */

const bin = fileURLToPath(new URL('../../broker/bin/latchkey.js', import.meta.url));
const { secret, hash } = newSecret();
const kinds = ['ES256', 'ES384', 'Ed25519', 'PS256', 'RS256'];
let dir: string;
let broker: Awaited<ReturnType<typeof startBrokerAndIdp>>;
/** Of jose's own keys, by algorithm. */
const keys = new Map<string, JWK>();

async function latchkey(args: string[], env: Record<string, string> = {}, input = '') {
  const child = spawn(process.execPath, [bin, 'services', ...args], {
    env: { PATH: process.env.PATH ?? '', HOME: dir, LATCHKEY_ISSUER: broker?.origins.broker ?? '', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(input);
  const [out, err, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ]);
  return { out, err, code };
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'latchkey-services-'));
  const made = await latchkey(['key', '--output', join(dir, 'made.jwk')]);
  expect(made).toMatchObject({ code: 0, err: '' });
  for (const alg of kinds) {
    const { privateKey } = await generateKeyPair(alg, { extractable: true });
    keys.set(alg, await exportJWK(privateKey));
  }
  broker = await startBrokerAndIdp((file) => {
    const [[resource = '', { scopes = {} } = {}] = []] = Object.entries(
      file.resources as Record<string, { scopes: object }>,
    );
    const allow = { [resource]: Object.keys(scopes) };
    file.services = {
      nightly: { allow, secret_hash: hash },
      // As it is printed, to be pasted.
      made: { allow, ...JSON.parse(`{${made.out.replace('public_jwk', '"public_jwk"')}}`) },
      ...Object.fromEntries(
        [...keys].map(([alg, { kty, crv, x, y, n, e }]) => [
          alg,
          {
            allow,
            public_jwk: Object.fromEntries(
              Object.entries({ kty, crv, x, y, n, e, alg: alg === 'PS256' ? alg : undefined }).filter(([, v]) => v),
            ),
          },
        ]),
      ),
    };
  });
});
afterAll(async () => {
  await broker?.close();
  await rm(dir, { recursive: true });
});

const withSecret = { LATCHKEY_CLIENT_ID: 'nightly', LATCHKEY_CLIENT_SECRET: secret };

describe('latchkey services token', () => {
  it('prints a token that the API behind the gateway accepts, and only the token', async () => {
    const { code, out, err } = await latchkey(['token', '--scope', 'orders:read'], withSecret);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const token = out.trimEnd();
    expect(decodeJwt(token)).toMatchObject({ sub: 'svc:nightly', scope: 'orders:read', aud: broker.origins.api });
    const { broker: issuer, api } = broker.origins;
    const verified = await fetch(`${issuer}/verify?resource=${api}&scope=orders:read`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    expect(verified.status).toBe(200);
  });

  it('takes the secret from a file or from stdin, with or without a line break', async () => {
    await writeFile(join(dir, 'secret'), `${secret}\r\n`);
    for (const [from, input] of [
      [join(dir, 'secret'), ''],
      ['-', `\ufeff${secret}\n\n`],
    ] as const) {
      const asked = await latchkey(['token', '--client', 'nightly', '--secret-file', from, '--json'], {}, input);
      expect(asked).toMatchObject({ code: 0, err: '' });
      expect(JSON.parse(asked.out)).toMatchObject({
        token_type: 'Bearer',
        scope: expect.stringContaining('orders:read'),
      });
    }
  });

  it('authenticates with the key that "latchkey services key" made', async () => {
    const { mode } = await stat(join(dir, 'made.jwk'));
    expect(mode & 0o777).toBe(0o600);
    const asked = await latchkey(['token', '--client', 'made', '--key-file', join(dir, 'made.jwk')]);
    expect(asked).toMatchObject({ code: 0, err: '' });
    expect(decodeJwt(asked.out.trimEnd()).sub).toBe('svc:made');
  });

  it.each(kinds)('authenticates with a key for %s from the environment', async (alg) => {
    const jwk = keys.get(alg);
    // Without an algorithm, RSA keys are for RS256.
    const named = alg === 'PS256' ? { ...jwk, alg } : jwk;
    const key = JSON.stringify(alg === 'ES384' ? { keys: [named] } : named);
    const asked = await latchkey(['token', '--client', alg], { LATCHKEY_CLIENT_KEY: key });
    expect(asked).toMatchObject({ code: 0, err: '' });
    expect(decodeProtectedHeader(asked.out.trimEnd()).typ).toBe('at+jwt');
  });

  it.each([
    [
      'of 1024 bits',
      () => generateKeyPairSync('rsa', { modulusLength: 1_024 }).privateKey,
      {},
      /1024 bits; it needs at least 2048/,
    ],
    [
      'for encryption',
      () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
      { use: 'enc' },
      /one private key for signatures/,
    ],
    [
      'for ECDH',
      () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
      { alg: 'ECDH-ES' },
      /one private key for signatures/,
    ],
    [
      'of another curve',
      () => generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey,
      {},
      /one private key for signatures/,
    ],
  ])('refuses a key %s before it asks the broker', async (_, create, more, message) => {
    const key = JSON.stringify({ ...create().export({ format: 'jwk' }), ...more });
    const asked = await latchkey(['token', '--client', 'made'], {
      LATCHKEY_CLIENT_KEY: key,
      LATCHKEY_ISSUER: 'http://127.0.0.1:1',
    });
    expect(asked).toMatchObject({ code: 2, out: '' });
    expect(asked.err).toMatch(message);
  });

  it('never replaces the key that it reads', async () => {
    const path = join(dir, 'made.jwk');
    await symlink(path, join(dir, 'link'));
    const before = await readFile(path, 'utf8');
    const asked = await latchkey(['token', '--client', 'made', '--key-file', path, '--output', join(dir, 'link')]);
    expect(asked).toMatchObject({ code: 2, out: '' });
    expect(asked.err).toContain('which the token would replace');
    expect(await readFile(path, 'utf8')).toBe(before);
  });

  it('writes the token to a file that only its owner can read', async () => {
    const output = join(dir, 'token');
    expect(await latchkey(['token', '--output', output], withSecret)).toEqual({ code: 0, out: '', err: '' });
    expect((await stat(output)).mode & 0o777).toBe(0o600);
    expect(decodeJwt(await readFile(output, 'utf8')).sub).toBe('svc:nightly');
  });

  it.each([
    [
      'a wrong secret',
      { LATCHKEY_CLIENT_SECRET: 'x'.repeat(43) },
      [],
      1,
      /doesn't accept this client or its credentials\./,
    ],
    ['an unknown service', { LATCHKEY_CLIENT_ID: 'nobody' }, [], 1, /doesn't accept this client or its credentials\./],
    ['a device', { LATCHKEY_CLIENT_ID: 'tv' }, [], 1, /isn't a service\./],
    ['another scope', {}, ['--scope', 'orders:burn'], 1, /isn't allowed to request these scopes\./],
    ['another API', {}, ['--resource', 'https://other.example.com'], 1, /isn't allowed to access this API/],
    ['no broker', { LATCHKEY_ISSUER: 'http://127.0.0.1:1' }, [], 5, /Can't reach http:\/\/127\.0\.0\.1:1/],
    ['no issuer', { LATCHKEY_ISSUER: '' }, [], 2, /--issuer is missing/],
    ['no credentials', { LATCHKEY_CLIENT_SECRET: '' }, [], 2, /has no credentials: set LATCHKEY_CLIENT_SECRET/],
    ['a secret and a key', { LATCHKEY_CLIENT_KEY: '{}' }, [], 2, /either the secret or the key/],
    ['no file', {}, ['--secret-file', '/nowhere/secret'], 2, /\/nowhere\/secret can't be read \(ENOENT\)/],
    ['no key', {}, ['--key-file', bin], 2, /must be one private key for signatures, as a JWK/],
    ['an empty scope', {}, ['--scope', ''], 2, /--scope is empty/],
    ['stdout as a file', {}, ['--output', '-'], 2, /--output names a file/],
    ['a device file', {}, ['--output', '/dev/null'], 1, /\/dev\/null is not a file/],
    ['a key as the secret', { LATCHKEY_CLIENT_SECRET: '{"d":"x"}' }, [], 2, /this is a key, not a secret/],
    ['the hash as the secret', { LATCHKEY_CLIENT_SECRET: hash }, [], 2, /the service needs the secret itself/],
    ['two lines as the secret', { LATCHKEY_CLIENT_SECRET: 'secret  x\nsecret_hash  y' }, [], 2, /must be one line/],
  ])('says what is wrong: %s', async (_, env, args, code, message) => {
    const asked = await latchkey(['token', ...args], { ...withSecret, ...env });
    expect(asked).toMatchObject({ code, out: '' });
    expect(asked.err).toMatch(message);
    expect(asked.err).not.toContain('    at ');
    expect(asked.err).not.toContain(secret);
  });
});

it('latchkey services key prints the public key of an existing key again', async () => {
  const path = join(dir, 'again.jwk');
  const made = await latchkey(['key', '--output', path]);
  expect(await latchkey(['key', '--key-file', path])).toEqual(made);
  expect(made.out).not.toContain(JSON.parse(await readFile(path, 'utf8')).d);
});

it('latchkey services key never replaces a key', async () => {
  const path = join(dir, 'made.jwk');
  const before = await readFile(path, 'utf8');
  const again = await latchkey(['key', '--output', path]);
  expect(again).toMatchObject({ code: 1, out: '' });
  expect(again.err).toBe(
    `latchkey: can't write ${path}: it exists, and may be the key of a service in use. Name another file. To print the public key of this one: latchkey services key --key-file ${path}\n`,
  );
  expect(await readFile(path, 'utf8')).toBe(before);
  expect(await latchkey(['key', '--output', dir])).toMatchObject({
    code: 1,
    err: expect.stringContaining('it is a folder'),
  });
  expect(await latchkey(['key', '--output', `${dir}/`])).toMatchObject({
    code: 1,
    err: expect.stringContaining('it is a folder'),
  });
});
