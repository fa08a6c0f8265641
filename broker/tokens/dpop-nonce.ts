import { nonceEnd } from '@latchkey/shared/resource-server/nonce-life.ts';
import type { Clock } from '@latchkey/shared/time.ts';
import { keyedDigest, sameText } from '../keys/hash.ts';
import type { KeyRing, RingKey } from '../keys/ring.ts';

const macBytes = 16;

export interface NonceIssuer {
  issue(): string;
  /** @returns when the nonce expires (epoch milliseconds), or `undefined` if it was not issued by the broker or is too old */
  check(nonce: string): number | undefined;
}

/** How long the same nonce is issued to everybody, in milliseconds. Proofs differ by their `jti`. */
const sharedForMs = 1_000;

/**
 * DPoP nonces (RFC 9449 §8): a timestamp authenticated with an HMAC under a ring key. Every replica accepts the nonces
 * of all others without a shared store.
 *
 * @param options `life` is drawn by a broker that remembers used proofs in its process alone. Then it accepts only its
 *   own nonces, so what a restart forgets can't be replayed. Default: none
 */
export function createNonceIssuer({
  ring,
  now,
  life = '',
}: {
  ring: KeyRing;
  now: Clock;
  life?: string | undefined;
}): NonceIssuer {
  const mac = (key: Uint8Array, time: Uint8Array) =>
    keyedDigest(key, 'dpop-nonce', Buffer.concat([time, Buffer.from(life)])).subarray(0, macBytes);
  let last: { at: number; key: RingKey; nonce: string } | undefined;

  function create(at: number, key: RingKey): string {
    const time = Buffer.alloc(6);
    time.writeUIntBE(at, 0, 6);
    return Buffer.concat([time, mac(key.key, time)]).toString('base64url');
  }

  return {
    issue() {
      const [at, key] = [now(), ring.current];
      // The clock may have been set back. A replaced key may already be unknown to the replica that the client asks next.
      if (!last || last.key !== key || Math.abs(at - last.at) >= sharedForMs)
        last = { at, key, nonce: create(at, key) };
      return last.nonce;
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
