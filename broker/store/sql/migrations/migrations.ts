import type { CreateTableBuilder, SchemaModule } from 'kysely';
import { start } from './0001-start.ts';
import { lastUsed } from './0002-last-used.ts';
import { rechecks } from './0003-rechecks.ts';
import { pageSessions } from './0004-page-sessions.ts';
import { sites } from './0005-sites.ts';

/** What a migration is given: the dialects differ in nothing else. */
export interface MigrationTools {
  schema: SchemaModule;
  /** Adds a primary key that the database counts up, and never gives twice. */
  serial<T extends string>(table: CreateTableBuilder<T>, column: string): CreateTableBuilder<T>;
  index(table: string, ...columns: string[]): Promise<void>;
}

/** Forward only: what was released is never changed, and what is wrong in it is put right by the next. */
export interface Migration {
  name: string;
  up(tools: MigrationTools): Promise<void>;
}

/** In the order in which they run. */
export const migrations: readonly Migration[] = [start, lastUsed, rechecks, pageSessions, sites];
