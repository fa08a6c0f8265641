import { createPublicKey, hash, type KeyObject } from 'node:crypto';
import { badKey, badSignature, type SignedProof } from '@latchkey/shared/dpop.ts';
import { verifyEs256 } from './es256.ts';

/** Three parts in base64url, as `Buffer.from` alone would skip all other characters. ES256 signatures are 64 bytes. */
const compactForm = /^([\w-]+)\.([\w-]+)\.([\w-]{86})$/;
/** A coordinate of P-256: 32 bytes in base64url. */
const coordinate = /^[\w-]{43}$/;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

interface KnownKey {
  key: KeyObject;
  jkt: string;
}

const maxKnownKeys = 1_000;

/**
 * Creates the check of a proof's type, algorithm and signature (RFC 9449 §4.3, steps 3 to 7) that the broker uses. It verifies in
 * the thread of the request: handing a signature to another thread costs as much as the signature.
 *
 * Keys that have made a valid proof are cached, because clients usually send more than one.
 *
 * @returns the check; throws {ProofError}
 */
export function createProofSignatureCheck(): (jwt: string) => SignedProof {
  // The least recently used first.
  const known = new Map<string, KnownKey>();

  function remember(name: string, key: KnownKey): void {
    known.delete(name);
    known.set(name, key);
    if (known.size <= maxKnownKeys) return;
    const [oldest = ''] = known.keys();
    known.delete(oldest);
  }

  return (jwt) => {
    const [, header = '', payload = '', signature = ''] = compactForm.exec(jwt) ?? [];
    const { typ, alg, crit, jwk } = objectIn(header);
    if (typeof jwk !== 'object' || jwk === null || 'd' in jwk) throw badKey();
    // No extension is understood, so none may be critical (RFC 7515 §4.1.11).
    if (typeof typ !== 'string' || !isProofType(typ) || alg !== 'ES256' || crit !== undefined) throw badSignature();
    const { kty, crv, x, y } = jwk as Record<string, unknown>;
    if (kty !== 'EC' || crv !== 'P-256' || !isCoordinate(x) || !isCoordinate(y)) throw badSignature();
    const name = `${x}.${y}`;
    const signer = known.get(name) ?? keyOf(x, y);
    const signed = jwt.slice(0, -signature.length - 1);
    if (!verifyEs256(signed, signature, signer.key)) throw badSignature();
    remember(name, signer);
    return { payload: objectIn(payload), jkt: signer.jkt };
  };
}

const isCoordinate = (value: unknown): value is string => typeof value === 'string' && coordinate.test(value);

/** `application/` may be left out, and case does not matter (RFC 7515 §4.1.9). */
const isProofType = (typ: string): boolean => /^(?:application\/)?dpop\+jwt$/i.test(typ);

function objectIn(part: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(Buffer.from(part, 'base64url')));
  } catch (cause) {
    throw badSignature(cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw badSignature();
  return value as Record<string, unknown>;
}

function keyOf(x: string, y: string): KnownKey {
  const jwk = { crv: 'P-256', kty: 'EC', x, y };
  try {
    // Refuses points that are not on the curve. The members' order is that of the thumbprint (RFC 7638 §3.2).
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    return { key, jkt: hash('sha256', JSON.stringify(jwk), 'base64url') };
  } catch (cause) {
    throw badSignature(cause);
  }
}
