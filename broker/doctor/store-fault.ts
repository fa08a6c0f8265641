import { errorSummary } from '../log.ts';
import { StoreFileError } from '../store/sql/store-file-error.ts';
import { StoreUnavailableError } from '../store/store.ts';
import { NewerStoreError } from '../store/store-age-errors.ts';
import { about, type Finding } from './finding.ts';

const store = about('store');

/** Why the store can't be opened, as `latchkey serve` would say it. */
export function storeFault(error: unknown): Finding {
  if (error instanceof StoreFileError) return store.failed(error.what, error.cure);
  if (error instanceof NewerStoreError) {
    return store.failed(`${error.what} (${error.code})`, `${error.cure[0]?.toUpperCase()}${error.cure.slice(1)}.`);
  }
  return store.failed(
    error instanceof StoreUnavailableError ? error.message : `can't open it (${errorSummary(error)})`,
    'Start the database, or fix "store" in the configuration: path and permissions, or host, user and password.',
  );
}
