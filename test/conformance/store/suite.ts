import { describe } from 'vitest';
import { consents } from './consents.ts';
import { deviceGrants } from './device-grants.ts';
import { deviceSessions } from './device-sessions.ts';
import { type Subject, storeTest } from './harness.ts';
import { hostileValues } from './hostile-values.ts';
import { lifecycle } from './lifecycle.ts';
import { limits } from './limits.ts';
import { pageSessions } from './page-sessions.ts';
import { people } from './people.ts';
import { refresh } from './refresh-lease.ts';
import { kill } from './revocations.ts';
import { sessions } from './sessions.ts';
import { signingKeys } from './signing-keys.ts';
import { sites } from './sites.ts';
import { transactions } from './transactions.ts';

/** What every store must do. @param open makes a new, migrated database for each test */
export function storeConformance(name: string, open: () => Promise<Subject>): void {
  describe(`${name} store`, () => {
    const it = storeTest(open);
    for (const group of [
      people,
      transactions,
      sessions,
      pageSessions,
      refresh,
      consents,
      sites,
      deviceGrants,
      deviceSessions,
      signingKeys,
      kill,
      limits,
      lifecycle,
      hostileValues,
    ]) {
      group(it);
    }
  });
}
