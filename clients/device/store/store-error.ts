/** Why the credentials file can't be used. */
export type StoreErrorCode =
  /** Other users can read the file, or its content is invalid. */
  | 'unusable'
  /** The file or its folder can't be written. */
  | 'unwritable'
  /** Another process has held the lock for longer than any refresh takes. */
  | 'locked';

/** The credentials file can't be used. `message` says why and what to do, and contains nothing from the file. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
