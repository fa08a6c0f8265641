import * as v from 'valibot';
import { readStored, type Schema } from '../../platform/stored-value.ts';

/** One block of an event stream. */
export interface ServerEvent {
  /** Absent in a heartbeat. */
  event?: string | undefined;
  /** Where to resume. */
  id?: string | undefined;
}

/** In UTF-16 code units. The broker's blocks have fewer than 100. */
const maxBlock = 4_096;

/** An ID that can be sent again in `Last-Event-ID`. */
export const eventId: Schema<string> = v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,64}$/));

/**
 * Parses server-sent events in the broker's format: one `event` and one `id` per block, and no data. `EventSource`
 * can't send headers, so it can't send a proof. IDs in another format are ignored.
 *
 * @throws {Error} if a block doesn't end
 */
export async function* readServerEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  let rest = '';
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += value;
      const blocks = rest.split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) yield { event: field(block, 'event'), id: readStored(eventId, field(block, 'id')) };
      if (rest.length > maxBlock) throw new Error('an event is too long');
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

const field = (block: string, name: string): string | undefined =>
  block
    .split('\n')
    .find((line) => line.startsWith(`${name}: `))
    ?.slice(name.length + 2);
