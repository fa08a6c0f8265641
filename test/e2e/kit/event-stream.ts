import { createProof } from '../../../shared/dpop.ts';
import type { createSessionClient } from './session-client.ts';

type SessionClient = Awaited<ReturnType<typeof createSessionClient>>;

interface StreamOptions {
  lastEventId?: string | undefined;
  /** Origin of the replica that gets the request. The proof still names the issuer. */
  at?: string | undefined;
}

/** Opens `GET /session/events` like the extension. `names` grows as events arrive. `ended` resolves with all events. */
export async function openEvents(client: SessionClient, broker: string, { lastEventId, at }: StreamOptions = {}) {
  const url = `${broker}/session/events`;
  const stop = new AbortController();
  const ask = async () =>
    fetch(`${at ?? broker}/session/events`, {
      signal: stop.signal,
      headers: {
        DPoP: await createProof(client.keys, { method: 'GET', url, nonce: client.nonce }, Date.now()),
        'Latchkey-Client': 'extension/0.1.0',
        cookie: client.cookie,
        ...(lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId }),
      },
    });
  const response = await ask();
  const names: string[] = [];
  let lastId = lastEventId;
  const waiting = new Set<() => void>();
  const tell = () => {
    for (const check of waiting) check();
  };

  let over = false;
  const ended = (async () => {
    let rest = '';
    const decoder = new TextDecoder();
    try {
      for await (const chunk of response.body ?? []) {
        rest += decoder.decode(chunk, { stream: true });
        const blocks = rest.split('\n\n');
        rest = blocks.pop() ?? '';
        for (const block of blocks) {
          lastId = /^id: (.*)$/m.exec(block)?.[1] ?? lastId;
          const name = /^event: (.*)$/m.exec(block)?.[1];
          if (name) names.push(name);
        }
        tell();
      }
    } catch {
      // The connection was cut. The waiting test checks the events that arrived before.
    }
    over = true;
    tell();
    return names;
  })();

  const until = (isSo: () => boolean) =>
    new Promise<void>((resolve, reject) => {
      const check = () => {
        if (isSo()) resolve();
        else if (over) reject(new Error(`the stream ended after: ${names.join(', ') || 'nothing'}`));
        else return;
        waiting.delete(check);
      };
      waiting.add(check);
      check();
    });

  return {
    response,
    names,
    ended,
    get lastId() {
      return lastId;
    },
    /** Resolves when the stream is open and all missed events were sent. */
    connected: () => until(() => lastId !== undefined),
    /** Resolves when the nth event arrives. */
    count: (n: number) => until(() => names.length >= n),
    async close() {
      stop.abort();
      await ended;
    },
  };
}
