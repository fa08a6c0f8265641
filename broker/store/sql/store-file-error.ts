/** The database file can't be used. The message gives the cause and the cure. */
export class StoreFileError extends Error {
  override readonly name = 'StoreFileError';
  readonly code = 'invalid_store';
  /** What is wrong, with the path. */
  readonly what: string;
  /** What to do about it. */
  readonly cure: string;

  constructor(what: string, cure: string, options?: ErrorOptions) {
    super(`${what}. ${cure}`, options);
    this.what = what;
    this.cure = cure;
  }
}
