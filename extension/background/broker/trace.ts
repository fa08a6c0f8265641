/**
 * Draws an ID for the requests of one action, such as a sign-in. The broker's log has all of them under it (W3C Trace
 * Context §3.2.2.3).
 */
export const newTrace = (): string => crypto.randomUUID().replaceAll('-', '');

/** The header that names the trace of a request. It has a span ID of its own, and leaves it to the broker what to record. */
export const traceparent = (trace: string): string => `00-${trace}-${newTrace().slice(16)}-00`;
