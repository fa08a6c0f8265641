import { formerSubjects } from '../audit/former-subjects.ts';
import { redactPerson } from '../audit/redact-person.ts';
import { sealAudit } from '../audit/seal-audit.ts';
import type { KeyRing } from '../keys/ring.ts';
import type { Log } from '../log.ts';
import type { ErasedRows, Person, Store } from '../store/store.ts';
import { auditEach, type EndingDeps, endSignIns } from './end-sign-ins.ts';

type Deps = EndingDeps & { store: Store; ring: KeyRing; log: Log };

export interface Erased extends ErasedRows {
  /** How many sealed batches of the audit log the person was taken out of. */
  batches: number;
}

/**
 * Tombstones that name the person as the provider does refuse sign-ins that are under way. None of those is older than
 * this, in milliseconds.
 */
const signInMs = 3_600_000;

/**
 * Erases a person:
 *
 * 1. Their sign-ins end, and open browsers are told.
 * 2. They are taken out of the audit log, which stays verifiable, under each subject that they had.
 * 3. Their rows are deleted.
 * 4. What was written to the audit log in between is taken out, too.
 *
 * If it fails on the way, it can be repeated: the person's own row goes last.
 *
 * @returns `undefined` if there is no such person
 */
export async function erasePerson(deps: Deps, person: Person): Promise<Erased | undefined> {
  const { store, now } = deps;
  const reason = 'administrator';
  await endSignIns(deps, { signIns: { of: 'person', person }, reason, audit: auditEach(person.sub, reason) });
  let batches = 0;
  // An earlier subject is named in entries of the later one, so that comes last: a repeated call has to find it again.
  for (const former of await formerSubjects(store, person.sub))
    batches += await redactPerson(deps, { sub: former, idpSub: former, email: undefined });
  batches += await redactPerson(deps, person);
  const erased = await store.erasePerson(person, {
    now: now(),
    forgetTombstonesAt: now() + signInMs,
    report: (rows) => ({
      at: now(),
      audit: [{ type: 'person.erased', detail: { ...rows } }],
      events: [{ type: 'erased' }],
    }),
  });
  if (!erased) return undefined;
  batches += await redactPerson(deps, person);
  await sealAudit(deps);
  return { ...erased, batches };
}
