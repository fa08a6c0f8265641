import { type KeyObject, sign as signBytes } from 'node:crypto';
import type { SigningAlgorithm } from '../config/types.ts';
import { signEs256 } from './es256.ts';

/** Length of a signature in base64url: 64 bytes, or those of a 2048-bit modulus. */
export const signatureLength: Readonly<Record<SigningAlgorithm, number>> = { ES256: 86, RS256: 342 };

/** Signs the input of a JWS (RFC 7515 §5.1). */
export const sign = (algorithm: SigningAlgorithm, input: string, key: KeyObject): string =>
  algorithm === 'ES256' ? signEs256(input, key) : signBytes('sha256', Buffer.from(input), key).toString('base64url');
