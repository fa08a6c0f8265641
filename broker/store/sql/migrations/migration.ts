import type { CreateTableBuilder, QueryExecutorProvider, SchemaModule } from 'kysely';

/** What a migration is given: the dialects differ in nothing else. */
export interface MigrationTools {
  schema: SchemaModule;
  /** Runs `sql` where rows have to be rewritten. */
  db: QueryExecutorProvider;
  /** Adds a primary key that the database counts up, and never gives twice. */
  serial<T extends string>(table: CreateTableBuilder<T>, column: string): CreateTableBuilder<T>;
  index(table: string, ...columns: string[]): Promise<void>;
}

/** Forward only: what was released is never changed, and what is wrong in it is put right by the next. */
export interface Migration {
  name: string;
  /**
   * The oldest release whose broker works on the schema that this leaves: it may go on running, and may start again. A
   * migration that only adds tables, nullable columns, columns with a default, and indexes keeps that of the migration
   * before it. Never newer than one minor version before the release that brings it.
   */
  oldestBroker: string;
  up(tools: MigrationTools): Promise<void>;
}
