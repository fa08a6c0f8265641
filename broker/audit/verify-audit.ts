import { sameText } from '../keys/hash.ts';
import type { KeyRing } from '../keys/ring.ts';
import type { AuditBatch, AuditStore } from '../store/store.ts';
import { batchHash, batchMac } from './chain.ts';

/** The end of the chain, as a log line or an earlier verification showed it. */
export type Head = Pick<AuditBatch, 'number' | 'hash'>;

export interface Verification {
  /** What is wrong, as sentences; empty if the log is as it was written. */
  problems: string[];
  /** How many entries are sealed and checked. */
  entries: number;
  batches: number;
  /** Entries that no batch seals yet. */
  unsealed: number;
  head: Head | undefined;
  /** Batches up to this number were deleted because of their age. */
  floor: number;
  /** How many batches a person was erased from. */
  redacted: number;
}

const page = 100;

/**
 * Checks the whole audit log against its chain. Each hash covers everything before it, so one MAC by a key of the key
 * file authenticates all that is older, even if the keys of older batches are gone.
 *
 * @param expected must be part of the chain, to find out whether its end was cut off
 */
export async function verifyAudit(
  { store, ring }: { store: AuditStore; ring: KeyRing },
  expected?: Head,
): Promise<Verification> {
  for (let redacted: number | undefined; ; ) {
    const before = await store.lastAuditBatch();
    const result = await check(store, ring, expected);
    if (result.problems.length === 0) return result;
    // A broker has deleted old batches, or a command has erased a person, while they were read.
    if (result.floor === (before?.floor ?? 0) && result.redacted === redacted) return result;
    redacted = result.redacted;
  }
}

/** By number, the hash of what is left of each batch that a person was erased from. The last erasure counts. */
async function redactions(store: AuditStore): Promise<ReadonlyMap<number, string>> {
  const left = new Map<number, string>();
  for (let after = 0; ; ) {
    const batches = await store.auditBatchesAfter(after, page);
    for (const { redacted = [] } of batches) for (const { number, hash } of redacted) left.set(number, hash);
    if (batches.length < page) return left;
    after = batches.at(-1)?.number ?? after;
  }
}

async function check(store: AuditStore, ring: KeyRing, expected: Head | undefined): Promise<Verification> {
  const problems: string[] = [];
  let first: AuditBatch | undefined;
  let last: AuditBatch | undefined;
  let isHeadFound = expected === undefined;
  const count = { entries: 0, batches: 0, redacted: 0 };
  const left = await redactions(store);

  for (let after = 0; ; ) {
    const batches = await store.auditBatchesAfter(after, page);
    for (const batch of batches) {
      const { number } = batch;
      if (last && number !== last.number + 1)
        problems.push(`Batches are missing between ${last.number} and ${number}.`);
      else if (last && batch.previous !== last.hash)
        problems.push(`Batch ${number} does not follow batch ${last.number}.`);
      const entries = await store.auditOfBatch(number);
      const redacted = left.get(number);
      if (redacted !== undefined) count.redacted += 1;
      if (batchHash({ ...batch, entries }) !== (redacted ?? batch.hash)) {
        problems.push(`Batch ${number} was changed: an entry was edited, added or removed.`);
      }
      const key = ring.all.find(({ kid }) => kid === batch.ringKid);
      if (key && !sameText(batchMac(key, batch.hash), batch.mac)) {
        problems.push(`Batch ${number} was not sealed with the key ${batch.ringKid}.`);
      }
      if (number === expected?.number) isHeadFound = batch.hash === expected.hash;
      count.entries += entries.length;
      count.batches += 1;
      first ??= batch;
      last = batch;
    }
    if (batches.length < page) break;
    after = last?.number ?? 0;
  }

  const floor = last?.floor ?? 0;
  if (last && !ring.all.some(({ kid }) => kid === last?.ringKid)) {
    problems.push(`The last batch is sealed with the key ${last.ringKid}, which is not in the key file.`);
  }
  if (first && (first.number !== floor + 1 || (floor === 0 && first.previous !== ''))) {
    problems.push(
      `The log begins at batch ${first.number}, but only batches up to ${floor} were deleted for their age.`,
    );
  }
  if (!isHeadFound && expected && expected.number > floor) {
    problems.push(`Batch ${expected.number} with the hash ${expected.hash} is not in the log: its end was cut off.`);
  }
  const { unsealed, orphaned } = await store.countLooseAudit();
  if (orphaned > 0) problems.push(`${orphaned} entries are of batches that do not exist.`);
  return { problems, ...count, unsealed, floor, head: last && { number: last.number, hash: last.hash } };
}
