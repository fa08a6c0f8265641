import { statSync } from 'node:fs';
import { errorSummary, type Log } from '../log.ts';
import type { Store } from '../store/store.ts';
import { type KeyRing, loadRing, MissingRingError, RingError } from './ring.ts';

/** A key ring that can be reloaded from its file. */
export interface ReloadableRing extends KeyRing {
  /** Reloads the file if it has changed. If the file can't be used, the current keys stay and an error is logged. */
  reload(): void;
}

/**
 * Opens the key ring of a migrated store. A new key file is suggested only if nothing has been encrypted yet: with any
 * other, it would leave everybody signed out for good.
 *
 * @throws {RingError} if the key file is unusable
 */
export async function openRingOf(store: Pick<Store, 'countRingKeys'>, path: string, log: Log): Promise<ReloadableRing> {
  try {
    return openReloadableRing(path, log);
  } catch (error) {
    if (!(error instanceof MissingRingError) || (await store.countRingKeys()).size > 0) throw error;
    throw new RingError(`the key file ${path} does not exist. Create one: latchkey keys init --file ${path}`, {
      cause: error,
    });
  }
}

/**
 * Loads the key file. Reloads it on request, and when an unknown key is referenced, because another replica may have
 * loaded the new file earlier.
 *
 * @throws {RingError} if the initial load fails
 */
export function openReloadableRing(path: string, log: Log): ReloadableRing {
  let version = versionOf(path);
  let ring = loadRing(path);

  function reload(): void {
    const found = versionOf(path);
    if (found === version) return;
    try {
      ring = loadRing(path);
      version = found;
      log.info({ event: 'keys_reloaded', current: ring.current.kid, keys: ring.all.length });
    } catch (error) {
      log.error({ event: 'keys_not_reloaded', cause: errorSummary(error) });
    }
  }

  return {
    get current() {
      return ring.current;
    },
    get all() {
      return ring.all;
    },
    get(kid) {
      try {
        return ring.get(kid);
      } catch (error) {
        if (!(error instanceof RingError)) throw error;
        reload();
        return ring.get(kid);
      }
    },
    reload,
  };
}

/** Identifies the file's current version; `undefined` if the file can't be found. */
function versionOf(path: string): string | undefined {
  try {
    const { ino, mtimeMs, size } = statSync(path);
    return `${ino}:${mtimeMs}:${size}`;
  } catch {
    return undefined;
  }
}
