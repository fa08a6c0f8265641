import type { TestProject } from 'vitest/node';
import { startPostgres } from '../conformance/store/postgres.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    postgres: string;
  }
}

/** Starts one PostgreSQL server for all files of the project. Each broker creates its own database there. */
export default async function setup(project: TestProject) {
  const server = await startPostgres();
  project.provide('postgres', await server.database('tests'));
  return () => server.stop();
}
