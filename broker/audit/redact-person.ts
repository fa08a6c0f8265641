import type { Clock } from '@latchkey/shared/time.ts';
import type { KeyRing } from '../keys/ring.ts';
import type { Log } from '../log.ts';
import type { AuditRedactionStore, Person, StoredAuditEntry } from '../store/store.ts';
import { batchHash, batchMac } from './chain.ts';

/** What is left in the place of a person. */
export const erased = '[erased]';

/**
 * Takes a person out of the audit log. Of the entries about them, number, time and type are left. In entries about
 * others, what names them is replaced.
 *
 * Each batch keeps its hash, and so does the chain. A new batch, with a MAC by the key file, has the hash of what is
 * left of each: `verifyAudit` accepts that and nothing else. Whoever has only the database can't make such a batch.
 *
 * @returns how many batches were changed
 */
export async function redactPerson(
  { store, ring, now, log }: { store: AuditRedactionStore; ring: KeyRing; now: Clock; log: Log },
  person: Pick<Person, 'sub' | 'idpSub' | 'email'>,
): Promise<number> {
  const values = [person.sub, person.idpSub, ...(person.email === undefined ? [] : [person.email])];
  const redact = redactorOf(person.sub, values);
  for (let changed = 0; ; ) {
    const batch = await store.redactAudit(
      { sub: person.sub, values },
      {
        redact,
        contentHash: batchHash,
        seal(unsealed) {
          const at = now();
          const hash = batchHash({ ...unsealed, at });
          const key = ring.current;
          return { hash, at, ringKid: key.kid, mac: batchMac(key, hash) };
        },
      },
    );
    if (!batch) return changed;
    changed += batch.redacted?.length ?? 0;
    log.info({ event: 'audit_sealed', batch: batch.number, hash: batch.hash, deleted_through: batch.floor });
  }
}

/**
 * Members of an entry that have the broker's or the configuration's own words. A provider may let people choose their
 * subject: whoever calls themselves `administrator` must not take the reasons out of everyone's entries.
 */
const ownWords = new Set(['reason', 'upstream', 'client', 'kind', 'flow', 'types', 'scope']);

function redactorOf(sub: string, values: readonly string[]) {
  const names = new Set(values.map((value) => value.toLowerCase()));
  const without = (value: unknown): unknown => {
    if (typeof value === 'string') return names.has(value.toLowerCase()) ? erased : value;
    if (Array.isArray(value)) return value.map(without);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, ownWords.has(key) ? item : without(item)]),
    );
  };
  return (entry: StoredAuditEntry): StoredAuditEntry | undefined => {
    const { seq, at, type, detail } = entry;
    if (entry.sub === sub) return { seq, at, type, detail: { [erased]: true } };
    const left = without(detail) as StoredAuditEntry['detail'];
    return JSON.stringify(left) === JSON.stringify(detail) ? undefined : { ...entry, detail: left };
  };
}
