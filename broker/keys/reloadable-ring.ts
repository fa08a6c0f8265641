import { statSync } from 'node:fs';
import { errorSummary, type Log } from '../log.ts';
import { type KeyRing, loadRing, RingError } from './ring.ts';

/** A ring that follows its file. */
export interface ReloadableRing extends KeyRing {
  /** Reads the file again if it has changed. A file that can't be used leaves everything as it is, and a line in the log. */
  reload(): void;
}

/**
 * Reads the key file, and again whenever it is told to, and when something names a key that is not known yet: another
 * replica may have seen the new file earlier.
 *
 * @throws {RingError} at the start only
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

/** Changes with the file. A file that is away for a moment is no new version. */
function versionOf(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat && `${stat.ino}:${stat.mtimeMs}:${stat.size}`;
}
