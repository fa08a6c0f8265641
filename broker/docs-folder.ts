import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where the pages for operators are: a built package brings them along, and a clone has them anyway. */
export const docsFolder: string = fileURLToPath(
  [new URL('./docs/', import.meta.url), new URL('../docs/', import.meta.url)].find((folder) =>
    existsSync(new URL('rollout.md', folder)),
  ) ?? new URL('./docs/', import.meta.url),
);
