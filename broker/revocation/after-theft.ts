import { sealAudit } from '../audit/seal-audit.ts';
import { verifyAudit } from '../audit/verify-audit.ts';
import type { Config } from '../config/types.ts';
import type { ReloadableRing } from '../keys/reloadable-ring.ts';
import { dropRingKeys, rotateRing } from '../keys/rotate-ring.ts';
import type { Log } from '../log.ts';
import type { RevokedKeys, Store } from '../store/store.ts';
import { revokeSigningKeys } from '../tokens/revoke-signing-keys.ts';
import { type EndedCounts, type EndingDeps, endSignInsOfAll } from './end-sign-ins.ts';

/** What a thief has: the key file, the database, or both. */
export type Stolen = 'keys' | 'database' | 'both';

export interface AfterTheft {
  /** ID of the key that encrypts from now on. */
  sealing: string;
  /** IDs of the encryption keys that count as stolen. */
  stolenKeys: readonly string[];
  signing: RevokedKeys;
  ended: EndedCounts;
  /** What is wrong with the audit log, as sentences; empty if nobody has changed it. */
  auditProblems: readonly string[];
  /** Why the stolen keys could not be removed from the key file; absent if they are removed. */
  notRemoved?: Error | undefined;
}

type Deps = EndingDeps & { store: Store; config: Pick<Config, 'keysFile'>; ring: ReloadableRing; log: Log };

const reason = 'compromised';

/**
 * Makes what was stolen worthless, while brokers run:
 *
 * 1. A new encryption key, if the current one is stolen. Brokers read the file before they encrypt.
 * 2. New signing keys, encrypted with it. The old ones are revoked, and dead at once.
 * 3. Sign-ins end. Without the database, the thief can do nothing with sessions that no stolen key encrypts, so those
 *    stay. Someone who had the database may have added rows, so everyone's end.
 * 4. The audit log is checked with the keys that have sealed it, and sealed with the new one.
 * 5. The stolen keys are removed from the file, because no row needs them any more.
 *
 * Repeating it is harmless.
 *
 * @param stolenKeys IDs of the stolen encryption keys; default: all in the file
 * @throws {RingError} if the key file can't be replaced; nothing was changed
 */
export async function afterTheft(
  deps: Deps,
  stolen: Stolen,
  stolenKeys: readonly string[] = deps.ring.all.map(({ kid }) => kid),
): Promise<AfterTheft> {
  const { config, store, ring, now } = deps;
  if (stolenKeys.includes(ring.current.kid)) rotateRing(config.keysFile, now());
  const sealing = ring.current.kid;
  const signing = await revokeSigningKeys(deps, now(), 'all');
  const ended = { sessions: 0, devices: 0 };
  const end = async (filter: { ringKid?: string }) => {
    const { sessions, devices } = await endSignInsOfAll(deps, filter, { reason });
    ended.sessions += sessions;
    ended.devices += devices;
  };
  if (stolen !== 'keys') await end({});
  // Also after the end of everything: a request may have encrypted with the old key just before the new one was there.
  for (const ringKid of stolenKeys) await end({ ringKid });
  // Before the new key vouches for the log: when the old keys are gone, nobody can tell a changed entry any more.
  const { problems: auditProblems } = await verifyAudit({ store, ring });
  const detail = { stolen, sealing, stolenKeys, signing, ended, auditProblems };
  await store.appendAudit({ type: 'keys.compromised', detail }, now());
  // With the new key, which vouches for the whole log from now on: the stolen ones are going.
  await sealAudit(deps);
  const result = { sealing, stolenKeys, signing, ended, auditProblems };
  try {
    dropRingKeys(config.keysFile, stolenKeys);
    return result;
  } catch (error) {
    return { ...result, notRemoved: error as Error };
  }
}
