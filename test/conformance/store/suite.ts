import { describe } from 'vitest';
import { audit } from './audit.ts';
import { configDigests } from './config-digests.ts';
import { consents } from './consents.ts';
import { deviceGrants } from './device-grants.ts';
import { deviceSessions } from './device-sessions.ts';
import { endEveryone } from './end-everyone.ts';
import { erasure } from './erasure.ts';
import { type Subject, storeTest } from './harness.ts';
import { hostileValues } from './hostile-values.ts';
import { lifecycle } from './lifecycle.ts';
import { limits } from './limits.ts';
import { movePeople } from './move-people.ts';
import { pageSessions } from './page-sessions.ts';
import { people } from './people.ts';
import { refresh } from './refresh-lease.ts';
import { refreshRotation } from './refresh-rotation.ts';
import { reports } from './reports.ts';
import { kill } from './revocations.ts';
import { sessions } from './sessions.ts';
import { signInSamples } from './sign-in-samples.ts';
import { signingKeys } from './signing-keys.ts';
import { sites } from './sites.ts';
import { transactions } from './transactions.ts';

/** Tests that every store must pass. @param open creates a new, migrated database for each test */
export function storeConformance(name: string, open: () => Promise<Subject>): void {
  describe(`${name} store`, () => {
    const it = storeTest(open);
    for (const group of [
      people,
      movePeople,
      transactions,
      sessions,
      pageSessions,
      refresh,
      refreshRotation,
      signInSamples,
      consents,
      sites,
      deviceGrants,
      deviceSessions,
      signingKeys,
      kill,
      endEveryone,
      reports,
      audit,
      configDigests,
      erasure,
      limits,
      lifecycle,
      hostileValues,
    ]) {
      group(it);
    }
  });
}
