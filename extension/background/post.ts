/**
 * Sends a message over a port whose other end may be gone. Until the browser fires `onDisconnect`, it throws. The
 * error is safe to ignore, because nobody waits for the message.
 */
export function post(port: { postMessage(message: unknown): void }, message: unknown): void {
  try {
    port.postMessage(message);
  } catch {
    // `onDisconnect` cleans up.
  }
}
