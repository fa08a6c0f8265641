import type { CreateTableBuilder } from 'kysely';
import type { Migration } from './migration.ts';

/** The columns that browser and device sessions share (`UpstreamGrant`). */
const upstreamGrant = <T extends string>(table: CreateTableBuilder<T>) =>
  table
    .addColumn('sub', 'text', (column) => column.notNull().references('people.sub'))
    .addColumn('upstream', 'text', (column) => column.notNull())
    .addColumn('issuer', 'text', (column) => column.notNull())
    .addColumn('sid', 'text')
    .addColumn('issued_at', 'bigint', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('end_reason', 'text')
    .addColumn('ended_at', 'bigint')
    .addColumn('sealed_refresh', 'text')
    .addColumn('ring_kid', 'text')
    .addColumn('claims', 'text', (column) => column.notNull())
    .addColumn('version', 'bigint', (column) => column.notNull())
    .addColumn('refreshed_at', 'bigint', (column) => column.notNull())
    .addColumn('refreshing_until', 'bigint')
    .addColumn('refresh_first_sent_at', 'bigint')
    .addColumn('refresh_failures', 'bigint', (column) => column.notNull())
    .addColumn('refresh_failure', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('absolute_expires_at', 'bigint', (column) => column.notNull());

export const start: Migration = {
  name: '0001-start',
  oldestBroker: '0.1.0',
  async up({ schema, serial, index }) {
    await schema
      .createTable('people')
      .addColumn('sub', 'text', (column) => column.primaryKey())
      .addColumn('issuer', 'text', (column) => column.notNull())
      .addColumn('idp_sub', 'text', (column) => column.notNull())
      .addColumn('upstream', 'text', (column) => column.notNull())
      .addColumn('name', 'text')
      .addColumn('email', 'text')
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .addUniqueConstraint('people_idp', ['issuer', 'idp_sub'])
      .execute();

    await schema
      .createTable('transactions')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('data', 'text', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .execute();
    await index('transactions', 'expires_at');

    await upstreamGrant(schema.createTable('sessions').addColumn('id', 'text', (column) => column.primaryKey()))
      .addColumn('jkt', 'text', (column) => column.notNull())
      .addColumn('secret_check', 'text', (column) => column.notNull())
      .addColumn('idle_expires_at', 'bigint', (column) => column.notNull())
      .addColumn('predecessor', 'text')
      .addColumn('user_agent', 'text')
      .execute();
    await index('sessions', 'sub');
    await index('sessions', 'issuer', 'sid');
    await index('sessions', 'idle_expires_at');
    await index('sessions', 'absolute_expires_at');

    await upstreamGrant(schema.createTable('device_sessions').addColumn('id', 'text', (column) => column.primaryKey()))
      .addColumn('client_id', 'text', (column) => column.notNull())
      .addColumn('current_hash', 'text', (column) => column.notNull())
      .addColumn('previous_hash', 'text')
      .addColumn('previous_used_at', 'bigint')
      .addColumn('scopes', 'text', (column) => column.notNull())
      .addColumn('resource', 'text')
      .addColumn('name', 'text')
      .execute();
    await index('device_sessions', 'sub');
    await index('device_sessions', 'absolute_expires_at');

    await schema
      .createTable('device_grants')
      .addColumn('device_code_hash', 'text', (column) => column.primaryKey())
      .addColumn('user_code_hash', 'text', (column) => column.notNull())
      .addColumn('client_id', 'text', (column) => column.notNull())
      .addColumn('scopes', 'text', (column) => column.notNull())
      .addColumn('resource', 'text')
      .addColumn('public_key', 'text', (column) => column.notNull())
      .addColumn('ring_kid', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('interval', 'bigint', (column) => column.notNull())
      .addColumn('last_poll_at', 'bigint')
      .addColumn('slowed', 'bigint', (column) => column.notNull())
      .addColumn('sub', 'text', (column) => column.references('people.sub'))
      .addColumn('sealed_grant', 'text')
      .addColumn('claims', 'text')
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .addColumn('ip', 'text')
      .addColumn('user_agent', 'text')
      .addUniqueConstraint('device_grants_user_code', ['user_code_hash'])
      .execute();
    await index('device_grants', 'expires_at');

    await schema
      .createTable('consents')
      .addColumn('sub', 'text', (column) => column.notNull().references('people.sub'))
      .addColumn('origin', 'text', (column) => column.notNull())
      .addColumn('resource', 'text', (column) => column.notNull())
      .addColumn('scopes', 'text', (column) => column.notNull())
      .addColumn('granted_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('consents_key', ['sub', 'origin', 'resource'])
      .execute();

    await schema
      .createTable('signing_keys')
      .addColumn('kid', 'text', (column) => column.primaryKey())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('public_jwk', 'text', (column) => column.notNull())
      .addColumn('sealed_private', 'text', (column) => column.notNull())
      .addColumn('ring_kid', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('not_after', 'bigint')
      .execute();
    // One key signs, and one is announced: of several processes that start at once, the first has the say.
    await schema
      .createIndex('signing_keys_one')
      .on('signing_keys')
      .column('state')
      .unique()
      .where('state', 'in', ['active', 'next'])
      .execute();

    await schema
      .createTable('tombstones')
      .addColumn('issuer', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('value', 'text', (column) => column.notNull())
      .addColumn('iat', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('tombstones_key', ['issuer', 'kind', 'value'])
      .execute();
    await index('tombstones', 'expires_at');

    await serial(schema.createTable('revocations'), 'seq')
      .addColumn('event', 'text', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .execute();
    await index('revocations', 'expires_at');

    await serial(schema.createTable('audit'), 'seq')
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('type', 'text', (column) => column.notNull())
      .addColumn('sub', 'text')
      .addColumn('detail', 'text', (column) => column.notNull())
      .execute();

    await schema
      .createTable('replay')
      .addColumn('key', 'text', (column) => column.primaryKey())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .execute();
    await index('replay', 'expires_at');

    await schema
      .createTable('rate_limits')
      .addColumn('key', 'text', (column) => column.primaryKey())
      .addColumn('count', 'bigint', (column) => column.notNull())
      .addColumn('resets_at', 'bigint', (column) => column.notNull())
      .execute();
    await index('rate_limits', 'resets_at');
  },
};
