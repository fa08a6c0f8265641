import { rm } from 'node:fs/promises';
import type { TestProject } from 'vitest/node';
import { packAll } from './folder.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The folder that has everything that is published. */
    packed: string;
  }
}

/** Packs everything that is published, once for all files of the project. */
export default async function setup(project: TestProject) {
  const { dir } = await packAll();
  project.provide('packed', dir);
  return () => rm(dir, { recursive: true, force: true });
}
