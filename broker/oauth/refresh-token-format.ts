import { hkdfSync, randomBytes } from 'node:crypto';
import { sha256 } from '../keys/hash.ts';
import type { KeyRing } from '../keys/ring.ts';

/** What a device holds as its `refresh_token`: the family and the secret of the moment. */
export interface Handle {
  /** 128 bits, base64url; stays the same for the family. */
  family: string;
  /** 256 bits: seals the family's upstream refresh token, together with the ring. */
  secret: Buffer;
}

export function newHandle(): Handle {
  return { family: randomBytes(16).toString('base64url'), secret: randomBytes(32) };
}

export const formatHandle = ({ family, secret }: Handle): string => `${family}.${secret.toString('base64url')}`;

export function parseHandle(text: string): Handle | undefined {
  const match = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/.exec(text);
  if (!match?.[1] || !match[2]) return undefined;
  return { family: match[1], secret: Buffer.from(match[2], 'base64url') };
}

/** The family's row. */
export const familyRowId = ({ family }: Pick<Handle, 'family'>): string => sha256(`device:${family}`);

export const handleHash = ({ secret }: Handle): string =>
  sha256(Buffer.concat([Buffer.from('device-handle:'), secret]));

const derive = (handle: Handle, ringKey: Uint8Array): Handle => ({
  family: handle.family,
  secret: Buffer.from(hkdfSync('sha256', ringKey, handle.secret, `latchkey/v1/device-handle\0${handle.family}`, 32)),
});

/**
 * The handle that follows. It is derived, not drawn: an answer that was lost, or two shells at once, get the
 * same successor.
 */
export const successor = (handle: Handle, ring: KeyRing): Handle => derive(handle, ring.current.key);

/** The successor that was handed out, whichever key of the ring was the first then. */
export function knownSuccessor(handle: Handle, ring: KeyRing, currentHash: string): Handle | undefined {
  return ring.all.map(({ key }) => derive(handle, key)).find((next) => handleHash(next) === currentHash);
}
