/**
 * Sends a message over a port whose other end may be gone by now: the browser tells of that a moment later, and throws
 * until then. Nobody waits for the message any more.
 */
export function post(port: { postMessage(message: unknown): void }, message: unknown): void {
  try {
    port.postMessage(message);
  } catch {
    // Its `onDisconnect` does the rest.
  }
}
