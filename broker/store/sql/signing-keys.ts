import { sql } from 'kysely';
import type { SigningKey } from '../model.ts';
import type { SigningKeyStore } from '../store.ts';
import type { SqlDatabase } from './database.ts';
import { preparedRows } from './prepared.ts';
import type { Reports } from './reports.ts';
import { codec } from './row.ts';

const signingKey = codec<SigningKey, 'publicJwk'>('publicJwk');

/** As in the unique index. */
const algorithm = sql<string>`coalesce(alg, 'ES256')`;

/** `signingKeysStamp` of all keys, not sorted, for a statement that reads something else. */
export const stampOfKeys = (dialect: SqlDatabase['dialect']) => {
  const each = sql`kid || ' ' || state || ' ' || cast(coalesce(not_after, 0) as text)`;
  return dialect === 'sqlite'
    ? sql<string | null>`(select group_concat(${each}, ',') from signing_keys)`
    : sql<string | null>`(select string_agg(${each}, ',') from signing_keys)`;
};

export const signingKeys = (database: SqlDatabase, reports: Reports): SigningKeyStore => {
  const { db, transaction } = database;
  // Brokers read the keys before each use.
  const all = preparedRows(database, (db) =>
    db.selectFrom('signingKeys').selectAll().orderBy('createdAt').orderBy('kid'),
  );
  return {
    async listSigningKeys() {
      const rows = await all({});
      return rows.map(signingKey.decode);
    },

    async insertSigningKey(key) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('signingKeys')
        .values(signingKey.encode(key))
        // Relies on the unique index on algorithm and `state`: only one key can be `active` and only one `next`.
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    },

    async setSigningKeyState(kid, state, notAfter, report) {
      const isKnown = await transaction(async (trx) => {
        const key = await trx
          .selectFrom('signingKeys')
          .select(['state', algorithm.as('algorithm')])
          .where('kid', '=', kid)
          .executeTakeFirst();
        if (!key || key.state === state) return key !== undefined;
        if (state === 'active') {
          await trx
            .updateTable('signingKeys')
            .set({ state: 'retired', notAfter: notAfter ?? null })
            .where('state', '=', 'active')
            .where(algorithm, '=', key.algorithm)
            .execute();
        }
        await trx
          .updateTable('signingKeys')
          .set({ state, notAfter: state === 'retired' ? (notAfter ?? null) : null })
          .where('kid', '=', kid)
          .execute();
        await reports.write(trx, report);
        return true;
      });
      reports.tell();
      return isKnown;
    },

    async revokeSigningKeys(kids, spares, report) {
      const result = await transaction(async (trx) => {
        const gone = await trx
          .deleteFrom('signingKeys')
          .$if(kids !== 'all', (query) => query.where((eb) => eb.or([...kids].map((kid) => eb('kid', '=', kid)))))
          .returning('kid')
          .execute();
        const left = (await trx.selectFrom('signingKeys').selectAll().execute()).map(signingKey.decode);
        const find = ({ alg = 'ES256', state }: SigningKey) =>
          left.find((key) => (key.alg ?? 'ES256') === alg && key.state === state);
        // Active ones first: they take a `next` key away, which then is missing.
        for (const spare of [...spares].sort((a, b) => a.state.localeCompare(b.state))) {
          if (find(spare)) continue;
          const next = spare.state === 'active' ? find({ ...spare, state: 'next' }) : undefined;
          if (next) {
            await trx.updateTable('signingKeys').set({ state: 'active' }).where('kid', '=', next.kid).execute();
            next.state = 'active';
          } else {
            await trx.insertInto('signingKeys').values(signingKey.encode(spare)).execute();
            left.push(spare);
          }
        }
        const kidsIn = (wanted: SigningKey['state']) =>
          left.filter(({ state }) => state === wanted).map(({ kid }) => kid);
        const changed = {
          revoked: gone.map(({ kid }) => kid),
          active: kidsIn('active'),
          next: kidsIn('next'),
        };
        await reports.write(trx, report?.(changed));
        return changed;
      });
      reports.tell();
      return result;
    },
  };
};
