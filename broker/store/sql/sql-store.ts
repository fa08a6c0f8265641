import { sql } from 'kysely';
import type { Operator, Store } from '../store.ts';
import { audit, auditInserter } from './audit.ts';
import { auditRedactions } from './audit-redactions.ts';
import { configs } from './config-digests.ts';
import { consents } from './consents.ts';
import { countSessions } from './count-sessions.ts';
import type { SqlDatabase } from './database.ts';
import { deviceGrants } from './device-grants.ts';
import { deviceSessions } from './device-sessions.ts';
import { erasure } from './erase-person.ts';
import { collectExpired } from './expired.ts';
import { limits } from './limits.ts';
import { checkRelease, isMigrated, migrate } from './migrate.ts';
import { issuers } from './move-people.ts';
import { pageSessions } from './page-sessions.ts';
import { people } from './people.ts';
import { refresh } from './refresh-lease.ts';
import { refreshRotation } from './refresh-rotation.ts';
import { createReports } from './reports.ts';
import { revocations } from './revocations.ts';
import { countRingKeys } from './ring-keys.ts';
import { sessions } from './sessions.ts';
import { signInSamples } from './sign-in-samples.ts';
import { signingKeys } from './signing-keys.ts';
import { sites } from './sites.ts';
import { transactions } from './transactions.ts';

/**
 * Creates the store on SQLite or PostgreSQL.
 *
 * @param operator who runs the command, if it is one
 */
export function sqlStore(database: SqlDatabase, operator?: Operator): Store {
  const insertAudit = auditInserter(operator);
  const reports = createReports(database, insertAudit);
  return {
    ...people(database),
    ...erasure(database, reports),
    ...issuers(database, reports),
    ...transactions(database),
    ...sessions(database, reports),
    ...pageSessions(database, reports),
    ...refresh(database),
    ...refreshRotation(database),
    ...signInSamples(database),
    ...consents(database, reports),
    ...sites(database, reports),
    ...deviceGrants(database, reports),
    ...deviceSessions(database, reports),
    ...signingKeys(database, reports),
    ...revocations(database, reports),
    ...limits(database),
    ...audit(database, insertAudit),
    ...auditRedactions(database),
    ...configs(database, reports),
    async ping() {
      await sql`select 1`.execute(database.db);
    },
    async pingWrite(now) {
      const expiresAt = now + 1;
      await database.quick((db) =>
        db
          .insertInto('replay')
          .values({ key: 'ping', expiresAt })
          .onConflict((conflict) => conflict.column('key').doUpdateSet({ expiresAt }))
          .execute(),
      );
    },
    close: () => database.db.destroy(),
    migrate: () => migrate(database),
    isMigrated: () => isMigrated(database),
    checkRelease: () => checkRelease(database),
    collectExpired: (now, limit) => collectExpired(database, now, limit),
    countRingKeys: () => countRingKeys(database),
    countSessions: (now) => countSessions(database, now),
  };
}
