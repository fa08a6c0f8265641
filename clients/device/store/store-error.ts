export type StoreErrorCode =
  /** The file is there and can't be used: not ours alone, or not what we write. */
  | 'unusable'
  /** Another process holds the lock for longer than any refresh takes. */
  | 'locked';

/** The credential file can't be used. `message` says cause and cure, and nothing of what is in the file. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
