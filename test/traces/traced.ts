import type { StoredAuditEntry } from '../../broker/store/store.ts';
import type { ReceivedSpan } from '../e2e/kit/otlp-receiver.ts';

/** A request that was seen, with the header that names its trace. */
export interface Seen {
  url: string;
  traceparent: string;
}

/** What a sign-in has left everywhere, and other requests beside it. */
export interface Traced {
  /** The trace ID of the sign-in. */
  id: string;
  /** What the page did. Empty without a browser. */
  page: string[];
  /** What the extension sent to the broker. Empty without a browser. */
  extension: Seen[];
  /** Lines of the broker. */
  log: readonly string[];
  spans: readonly ReceivedSpan[];
  provider: Seen[];
  audit: readonly StoredAuditEntry[];
}
