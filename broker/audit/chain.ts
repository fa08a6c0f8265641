import { keyedDigest, sha256 } from '../keys/hash.ts';
import type { RingKey } from '../keys/ring.ts';
import type { UnsealedBatch } from '../store/store.ts';

/**
 * Hash of a batch, base64url. It covers the batch before by its hash, so a batch can't be changed, and none can be taken
 * out, without a change of every later hash.
 */
export function batchHash({ number, previous, floor, at, redacted, entries }: UnsealedBatch & { at: number }): string {
  const lines = [
    [
      'latchkey/audit/v1',
      number,
      previous,
      floor,
      at,
      ...(redacted ? [redacted.map(({ number, hash }) => [number, hash])] : []),
    ],
    ...entries.map(({ seq, at, type, sub, detail }) => [seq, at, type, sub ?? null, detail]),
  ];
  return sha256(lines.map((line) => JSON.stringify(line)).join('\n'));
}

/** Authenticates a hash with a key of the key file. Whoever has only the database can't make it. */
export const batchMac = ({ key }: RingKey, hash: string): string =>
  keyedDigest(key, 'audit', hash).toString('base64url');
