import { nonceEnd, nonceLifeMs, nonceSkewMs } from '@latchkey/shared/resource-server/nonce-life.ts';
import type { Clock } from '@latchkey/shared/time.ts';
import { base64url } from 'jose';

const timeBytes = 8;
const macBytes = 16;

export interface Nonces {
  issue(): Promise<string>;
  /** @returns when the nonce expires (epoch milliseconds), or `undefined` if this API didn't issue it or it is too old */
  check(nonce: string): Promise<number | undefined>;
}

/**
 * Issues DPoP nonces (RFC 9449 §9): a timestamp with an HMAC, so that all servers with the same secret accept each
 * other's nonces and store nothing. A proof is then as fresh as its nonce, even if the client's clock is wrong.
 *
 * @param secret at least 32 bytes
 * @throws {TypeError} if the secret is shorter
 */
export function createNonces({ secret, now }: { secret: string | Uint8Array; now: Clock }): Nonces {
  const bytes = typeof secret === 'string' ? new TextEncoder().encode(secret) : Uint8Array.from(secret);
  if (bytes.length < 32) throw new TypeError('@latchkey/api: dpopNonceSecret must have at least 32 bytes');
  const key = crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']);
  const written = (at: number) => {
    const time = new Uint8Array(timeBytes);
    new DataView(time.buffer).setFloat64(0, at);
    return time;
  };
  const mac = async (time: Uint8Array<ArrayBuffer>) =>
    new Uint8Array(await crypto.subtle.sign('HMAC', await key, time)).subarray(0, macBytes);

  return {
    async issue() {
      const time = written(now());
      return base64url.encode(new Uint8Array([...time, ...(await mac(time))]));
    },
    async check(nonce) {
      const given = decode(nonce);
      if (given?.length !== timeBytes + macBytes) return undefined;
      const time = Uint8Array.from(given.subarray(0, timeBytes));
      if (!sameBytes(await mac(time), given.subarray(timeBytes))) return undefined;
      return nonceEnd(new DataView(time.buffer).getFloat64(0), now());
    },
  };
}

function decode(text: string): Uint8Array | undefined {
  try {
    return base64url.decode(text);
  } catch {
    return undefined;
  }
}

/** Compares in constant time. */
function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  let difference = one.length ^ other.length;
  for (const [index, byte] of one.entries()) difference |= byte ^ (other[index] ?? 0);
  return difference === 0;
}

/** How long a nonce, and proofs with it, are valid, in milliseconds. */
export const nonceWindowMs = nonceLifeMs + nonceSkewMs;
