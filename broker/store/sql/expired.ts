import { sql } from 'kysely';
import type { SqlDatabase } from './database.ts';
import type { Schema } from './schema.ts';

type Table = keyof Schema;

/** Expiry condition of each table. People, consents and sites never expire. `sealAudit` deletes old audit entries. */
const ends: { table: Table; key: string[]; expiry: string }[] = [
  { table: 'transactions', key: ['id'], expiry: 'expiresAt' },
  { table: 'sessions', key: ['id'], expiry: 'idleExpiresAt' },
  { table: 'sessions', key: ['id'], expiry: 'absoluteExpiresAt' },
  { table: 'pageSessions', key: ['id'], expiry: 'expiresAt' },
  { table: 'deviceGrants', key: ['deviceCodeHash'], expiry: 'expiresAt' },
  { table: 'deviceSessions', key: ['id'], expiry: 'absoluteExpiresAt' },
  { table: 'signingKeys', key: ['kid'], expiry: 'notAfter' },
  { table: 'tombstones', key: ['issuer', 'kind', 'value'], expiry: 'expiresAt' },
  { table: 'revocations', key: ['seq'], expiry: 'expiresAt' },
  { table: 'replay', key: ['key'], expiry: 'expiresAt' },
  { table: 'rateLimits', key: ['key'], expiry: 'resetsAt' },
];

/** Implements `Store.collectExpired`, with one transaction per table to keep locks short. */
export async function collectExpired({ transaction }: SqlDatabase, now: number, limit: number): Promise<number> {
  let collected = 0;
  for (const { table, key, expiry } of ends) {
    const from = sql.table(table);
    const columns = sql.join(key.map((column) => sql.ref(column)));
    const { numAffectedRows } = await transaction((trx) =>
      sql`delete from ${from} where (${columns}) in
        (select ${columns} from ${from} where ${sql.ref(expiry)} <= ${now} limit ${limit})`.execute(trx),
    );
    collected += Number(numAffectedRows ?? 0);
  }
  return collected;
}
