import { readFileSync, watch } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';

/** Editors write in several steps. */
const settleMs = 50;

/**
 * Calls `act` when a file has other content than before, one call after the other. Watches the folder, since editors
 * replace files.
 *
 * @returns stops it
 */
export function onChange(file: string, act: () => Promise<void>): () => void {
  const content = (): string => {
    try {
      return readFileSync(file, 'utf8');
    } catch {
      return '';
    }
  };
  let last = content();
  let timer: NodeJS.Timeout | undefined;
  let acting = Promise.resolve();
  const watcher = watch(dirname(resolve(file)), (_event, name) => {
    if (name !== null && name !== basename(file)) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      const now = content();
      if (now === last || now === '') return;
      last = now;
      acting = acting.then(act);
    }, settleMs);
  });
  return () => {
    clearTimeout(timer);
    watcher.close();
  };
}
