import { nonceEnd } from '@latchkey/shared/resource-server/nonce-life.ts';
import type { Clock } from '@latchkey/shared/time.ts';
import { keyedDigest, sameText } from '../keys/hash.ts';
import type { KeyRing } from '../keys/ring.ts';

const macBytes = 16;

export interface NonceIssuer {
  issue(): string;
  /** @returns when the nonce ends (epoch milliseconds), or `undefined` where it is not ours or too old */
  check(nonce: string): number | undefined;
}

/**
 * DPoP nonces (RFC 9449 §8): the time under an HMAC of the ring, so that every replica accepts every
 * other's without a shared store.
 */
export function createNonceIssuer({ ring, now }: { ring: KeyRing; now: Clock }): NonceIssuer {
  const mac = (key: Uint8Array, time: Uint8Array) => keyedDigest(key, 'dpop-nonce', time).subarray(0, macBytes);
  return {
    issue() {
      const time = Buffer.alloc(6);
      time.writeUIntBE(now(), 0, 6);
      return Buffer.concat([time, mac(ring.current.key, time)]).toString('base64url');
    },
    check(nonce) {
      const bytes = Buffer.from(nonce, 'base64url');
      if (bytes.length !== 6 + macBytes) return undefined;
      const [time, given] = [bytes.subarray(0, 6), bytes.subarray(6).toString('base64url')];
      if (!ring.all.some(({ key }) => sameText(mac(key, time).toString('base64url'), given))) return undefined;
      return nonceEnd(time.readUIntBE(0, 6), now());
    },
  };
}
