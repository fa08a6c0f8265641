/** A newer release has upgraded the database, and this broker is too old for it. The message names what to do. */
export class NewerStoreError extends Error {
  override readonly name = 'NewerStoreError';
  readonly code = 'newer_store';
  /** What is wrong. Neither this nor `cure` ends with a period. */
  readonly what: string;
  /** What to do about it, as the second half of a sentence. */
  readonly cure: string;

  constructor(what: string, cure: string) {
    super(`${what}: ${cure} (newer_store).`);
    this.what = what;
    this.cure = cure;
  }
}

/** No broker has ever used the database, or there is none. The message names what to do. */
export class MissingStoreError extends Error {
  override readonly name = 'MissingStoreError';
  readonly code = 'missing_store';
}
