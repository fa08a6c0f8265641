import type { JWK } from 'jose';
import type { Algorithm } from './dialects.ts';

/** What is used of `node:crypto`. */
interface NodeCrypto {
  createPublicKey(key: { key: JWK; format: 'jwk' }): object;
  verify(algorithm: string, data: Uint8Array, key: object, signature: Uint8Array): boolean;
  hash(algorithm: string, data: string, encoding: string): string;
}

/** Whether a signature in base64url is valid for the signed part of a JWS. */
export type CheckSignature = (input: string, signature: string) => boolean;

/**
 * Node's own cryptography, which works without waiting: WebCrypto in Node goes through another thread, which takes as
 * long as the signature.
 *
 * @returns `undefined` in other runtimes, also in those that imitate Node
 */
export function findNodeCrypto(): NodeCrypto | undefined {
  const { process, Bun, Deno } = globalThis as {
    process?: { getBuiltinModule?: (name: string) => unknown };
    Bun?: unknown;
    Deno?: unknown;
  };
  if (Bun !== undefined || Deno !== undefined) return undefined;
  return process?.getBuiltinModule?.('node:crypto') as NodeCrypto | undefined;
}

/**
 * Creates a function that checks signatures with a public key. It says no to everything that is not in the one form of
 * RFC 7518 §3.3 and §3.4.
 */
export function createSignatureCheck(node: NodeCrypto, jwk: JWK, algorithm: Algorithm): CheckSignature {
  const key = node.createPublicKey({ key: jwk, format: 'jwk' });
  const encoder = new TextEncoder();
  return (input, signature) => {
    const bytes = decode(signature);
    if (bytes === undefined) return false;
    if (algorithm === 'RS256') return node.verify('sha256', encoder.encode(input), key, bytes);
    // Node takes `r ‖ s`, too, but then takes half as long again.
    return bytes.length === 64 && node.verify('sha256', encoder.encode(input), key, toDer(bytes));
  };
}

function decode(signature: string): Uint8Array | undefined {
  if (!/^[\w-]+$/.test(signature)) return undefined;
  const text = atob(signature.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** SEQUENCE { INTEGER r, INTEGER s } (RFC 3279 §2.2.3). */
function toDer(bytes: Uint8Array): Uint8Array {
  const body = [...derInteger(bytes.subarray(0, 32)), ...derInteger(bytes.subarray(32))];
  return Uint8Array.from([0x30, body.length, ...body]);
}

/** As few bytes as possible, and never negative (X.690 §8.3). */
function derInteger(bytes: Uint8Array): number[] {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
  const digits = bytes.subarray(start);
  const sign = (digits[0] ?? 0) >= 0x80 ? [0] : [];
  return [0x02, digits.length + sign.length, ...sign, ...digits];
}
