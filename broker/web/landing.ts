import type { PageResult } from './page-result.ts';

/** Where a person lands after a return from the provider. */
export interface Landing {
  /** The result to keep, for now and for every other time that this return is loaded. */
  result: PageResult;
  /** Where the browser goes the first time, if not to the result. */
  to?: string;
}
