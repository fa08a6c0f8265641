import { generateKeyPairSync, sign } from 'node:crypto';
import { createProof, ProofError, verifyProof } from '@latchkey/shared/dpop.ts';
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { createProofSignatureCheck } from './proof-signature.ts';

const target = { method: 'POST', url: 'https://latchkey.example.com/session/token' };
const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
const publicJwk = await exportJWK(publicKey);
const claims = { jti: 'a-proof-of-one', htm: target.method, htu: target.url, iat: 1_800_000_000 };
const header = { typ: 'dpop+jwt', alg: 'ES256', jwk: publicJwk } as const;

const encode = (part: unknown): string =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');

const signed = async (
  protectedHeader: unknown,
  payload: unknown = claims,
  key = { privateKey, hash: 'sha256' },
): Promise<string> => {
  const input = `${encode(protectedHeader)}.${encode(payload)}`;
  const jwk = (await exportJWK(key.privateKey)) as JWK;
  const signature = sign(key.hash, Buffer.from(input), { key: jwk, format: 'jwk', dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
};

/** What the check by WebCrypto and the check of the broker say. They must agree. */
async function verdicts(jwt: string) {
  const results = [];
  for (const check of [undefined, createProofSignatureCheck()]) {
    results.push(
      await verifyProof(jwt, target, check).catch((error: unknown) => {
        if (error instanceof ProofError) return error.message;
        throw error;
      }),
    );
  }
  return results;
}

const notSigned = 'The DPoP proof is not a JWT of type dpop+jwt, signed with ES256 by the key in its header.';
const noKey = 'The DPoP proof must carry a public key (jwk), and no private one.';

describe('the check of a proof’s signature', () => {
  it('accepts what the extension makes, any number of times, and names the same key as WebCrypto', async () => {
    const check = createProofSignatureCheck();
    for (let index = 0; index < 300; index += 1) {
      const jwt = await createProof({ privateKey, publicJwk }, { ...target, nonce: `${index}` }, 1_800_000_000_000);
      const proof = await verifyProof(jwt, target, check);
      expect(proof).toEqual(await verifyProof(jwt, target));
      expect(proof.nonce).toBe(`${index}`);
    }
  });

  it.each([
    ['of another case', { ...header, typ: 'DPoP+JWT' }],
    ['with its prefix', { ...header, typ: 'application/dpop+jwt' }],
    ['with more members', { ...header, kid: 'one', jwk: { ...publicJwk, use: 'sig', kid: 'one' } }],
  ])('accepts a type %s', async (_, accepted) => {
    const [byWebCrypto, byBroker] = await verdicts(await signed(accepted));
    expect(byBroker).toMatchObject({ jti: claims.jti });
    expect(byBroker).toEqual(byWebCrypto);
  });

  const { privateKey: otherKey, publicKey: otherPublic } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { publicKey: p384 } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const { publicKey: rsa } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const refused: [string, () => string | Promise<string>, string?][] = [
    ['no JWT', () => 'one.two'],
    ['nothing in its parts', () => '..'],
    ['one part too many', async () => `${await signed(header)}.${encode('{}')}`],
    ['the signature of another key', async () => signed({ ...header, jwk: otherPublic.export({ format: 'jwk' }) })],
    [
      'another payload',
      async () => (await signed(header)).replace(/\.[^.]+\./, `.${encode({ ...claims, jti: 'another-one' })}.`),
    ],
    ['another header', async () => (await signed(header)).replace(/^[^.]+/, encode({ ...header, kid: 'two' }))],
    ['a cut signature', async () => (await signed(header)).slice(0, -2)],
    ['a signature of zeros', async () => (await signed(header)).replace(/[^.]+$/, 'A'.repeat(86))],
    ['characters that are no base64url', async () => (await signed(header)).replace('.', '.+')],
    ['no signature', async () => (await signed(header)).replace(/[^.]+$/, '')],
    ['the algorithm none', async () => signed({ ...header, alg: 'none' })],
    ['an HMAC’s algorithm', async () => signed({ ...header, alg: 'HS256' })],
    ['ES384', async () => signed({ ...header, alg: 'ES384' })],
    ['no algorithm', async () => signed({ ...header, alg: undefined })],
    ['no type', async () => signed({ ...header, typ: undefined })],
    ['another type', async () => signed({ ...header, typ: 'at+jwt' })],
    ['a critical extension', async () => signed({ ...header, crit: ['exp'], exp: 1 })],
    ['a key of P-384', async () => signed({ ...header, jwk: p384.export({ format: 'jwk' }) })],
    ['an RSA key', async () => signed({ ...header, jwk: rsa.export({ format: 'jwk' }) })],
    ['a point off the curve', async () => signed({ ...header, jwk: { ...publicJwk, y: publicJwk.x } })],
    ['a key without a coordinate', async () => signed({ ...header, jwk: { ...publicJwk, y: undefined } })],
    ['a key of another type', async () => signed({ ...header, jwk: { ...publicJwk, kty: 'oct' } })],
    ['a payload that is no object', async () => signed(header, '[1]')],
    ['a payload that is no JSON', async () => signed(header, '{')],
    ['no key', async () => signed({ ...header, jwk: undefined }), noKey],
    ['null as its key', async () => signed({ ...header, jwk: null }), noKey],
    ['a private key', async () => signed({ ...header, jwk: await exportJWK(privateKey) }), noKey],
  ];
  it.each(refused)('refuses %s, as WebCrypto does', async (_, forge, message = notSigned) => {
    const [byWebCrypto, byBroker] = await verdicts(await forge());
    expect(byBroker).toBe(message);
    expect(byWebCrypto).toBe(message);
  });

  it('refuses a wrong signature of a key that it knows', async () => {
    const check = createProofSignatureCheck();
    const good = await signed(header);
    expect(check(good).payload).toEqual(claims);
    const bad = (await signed(header, { ...claims, jti: 'another-one' })).replace(/[^.]+$/, good.split('.')[2] ?? '');
    expect(() => check(bad)).toThrow(ProofError);
    const key = await importJWK(otherKey.export({ format: 'jwk' }) as JWK, 'ES256');
    expect(() => check('')).toThrow(ProofError);
    const other = await new SignJWT(claims).setProtectedHeader({ ...header, alg: 'ES256' }).sign(key);
    expect(() => check(other)).toThrow(ProofError);
  });
});
