/** One block of an event stream. */
export interface ServerEvent {
  /** Absent in a heartbeat. */
  event?: string | undefined;
  /** Where to resume. */
  id?: string | undefined;
}

/**
 * Reads server-sent events in the form that the broker writes: one `event` and one `id` per block, and no data.
 * `EventSource` can't be used, because it can't send headers, and so no proof.
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
      for (const block of blocks) yield { event: field(block, 'event'), id: field(block, 'id') };
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
