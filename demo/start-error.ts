/** A part of the demo failed to start or exited unexpectedly. The message contains its last output. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
