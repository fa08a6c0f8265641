import { statSync } from 'node:fs';
import { shellWord } from '@latchkey/shared/shell-word.ts';
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
    throw new RingError(
      `the key file ${path} does not exist, and this database has never used one. If this is a new installation, create it: latchkey keys init --file ${shellWord(path)}. If not, check "store" and "keys_file"`,
      { cause: error },
    );
  }
}

/**
 * Loads the key file. Reloads it on request, whenever `current` or `all` is read, and when an unknown key is referenced.
 * So a replaced key encrypts nothing more, and what another replica has made with a new key is recognized at once.
 * Looking whether the file has changed takes 2 µs.
 *
 * @throws {RingError} if the initial load fails
 */
export function openReloadableRing(path: string, log: Log): ReloadableRing {
  let version = versionOf(path);
  let ring = loadRing(path);
  /** The version that could not be used: tried again each time, but logged once. */
  let refused: string | undefined;

  function reload(): void {
    const found = versionOf(path);
    if (found === version) return;
    try {
      ring = loadRing(path);
      version = found;
      log.info({ event: 'keys_reloaded', current: ring.current.kid, keys: ring.all.length });
    } catch (error) {
      if (refused !== found) log.error({ event: 'keys_not_reloaded', cause: errorSummary(error) });
      refused = found;
    }
  }

  return {
    get current() {
      reload();
      return ring.current;
    },
    get all() {
      reload();
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

/** Identifies the file's current version, and says so if there is none to read. */
function versionOf(path: string): string {
  try {
    // `ctime` changes with the mode, too: a file that was refused for its mode is tried again.
    const { ino, mtimeMs, ctimeMs, size } = statSync(path);
    return `${ino}:${mtimeMs}:${ctimeMs}:${size}`;
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}
