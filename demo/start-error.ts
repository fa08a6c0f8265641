/** A part of the demo could not be started, or has ended by itself. The message holds what it said last. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
