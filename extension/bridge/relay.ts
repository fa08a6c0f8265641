import type { PageErrorBody } from '@latchkey/shared/errors.ts';
import { bridgePortName } from '@latchkey/shared/page-names.ts';
import type { Goodbye, PageRequest } from '@latchkey/shared/page-protocol.ts';
import { rebuildRequest } from './request.ts';
import type { Runtime, RuntimePort } from './runtime.ts';

/** Connects a document to the background. The page and each of its workers share one port. */
export interface Relay {
  /** Serves one more port of the document. */
  serve(page: MessagePort): void;
  /** Passes on an event from the background if the background serves this document. */
  event(message: object): void;
  /** Sends what was queued while the page was prerendered. */
  shown(): void;
  /** The page returned from the back/forward cache. Its runtime port is dead, but no event reports it. */
  restored(): void;
}

/** More than a well-behaved document uses. In older browsers, workers that end without a goodbye leak their ports. */
export const maxChannels = 256;

interface Asked {
  channel: number;
  request: PageRequest;
  click: number;
  again: boolean;
}

const goodbye: Goodbye = { ev: 'bye' };

/**
 * Relays between a document's ports and one runtime port. It opens the runtime port on first use, so a request wakes a
 * stopped background, and not all tabs at once.
 *
 * @param click returns the number of the current click, or 0 if there is none
 */
export function createRelay(runtime: Runtime, document: { prerendering?: boolean }, click: () => number): Relay {
  /** By number, least recently used first. The number tells the background which port a request ID belongs to. */
  const pages = new Map<number, MessagePort>();
  const open = new Map<string, Asked>();
  let port: RuntimePort | undefined;
  let served = false;
  let last = 0;

  const fail = (channel: number, id: string, code: PageErrorBody['code'], message: string): void => {
    open.delete(nameOf(channel, id));
    pages.get(channel)?.postMessage({ v: 1, id, ok: false, e: { code, message } });
  };

  const drop = (channel: number): void => {
    const page = pages.get(channel);
    pages.delete(channel);
    page?.postMessage(goodbye);
    page?.close();
    for (const [name, asked] of open) if (asked.channel === channel) open.delete(name);
  };

  /** Handles an update or removal of the extension: each page asks the new bridge, or finds that there is none. */
  const end = (): void => {
    for (const channel of pages.keys()) drop(channel);
  };

  const connect = (): RuntimePort => {
    const fresh = runtime.connect({ name: bridgePortName });
    fresh.onMessage.addListener((message) => {
      if ('ev' in message) {
        served = true;
        for (const page of pages.values()) page.postMessage(message);
      } else {
        const { channel, ...answer } = message as { channel: number; id: string };
        open.delete(nameOf(channel, answer.id));
        pages.get(channel)?.postMessage(answer);
      }
    });
    fresh.onDisconnect.addListener(() => {
      if (port === fresh) lost();
    });
    port = fresh;
    return fresh;
  };

  const send = ({ channel, request, click }: Asked): void => {
    if (document.prerendering) return;
    try {
      (port ?? connect()).postMessage({ channel, request, click });
    } catch {
      port = undefined;
      if (runtime.id) fail(channel, request.id, 'busy', interrupted);
      else end();
    }
  };

  /** The port is gone. Resends the open requests once, because the background lost them. */
  const lost = (): void => {
    port = undefined;
    if (!runtime.id) end();
    for (const asked of open.values()) {
      if (asked.again) fail(asked.channel, asked.request.id, 'busy', interrupted);
      else {
        asked.again = true;
        send(asked);
      }
    }
  };

  return {
    serve(page) {
      last += 1;
      const channel = last;
      pages.set(channel, page);
      page.onmessage = ({ data }) => {
        if (data?.ev === goodbye.ev) return drop(channel);
        pages.delete(channel);
        pages.set(channel, page);
        const request = rebuildRequest(data);
        if (!request) {
          const id: unknown = data?.id;
          fail(
            channel,
            typeof id === 'string' ? id.slice(0, 64) : '',
            'invalid_request',
            'not a message of the protocol',
          );
        } else if (!open.has(nameOf(channel, request.id))) {
          const asked = { channel, request, click: click(), again: false };
          open.set(nameOf(channel, request.id), asked);
          send(asked);
        }
      };
      page.addEventListener('close', () => drop(channel));
      for (const oldest of pages.keys()) if (pages.size > maxChannels) drop(oldest);
    },
    event(message) {
      if (served) for (const page of pages.values()) page.postMessage(message);
    },
    shown() {
      for (const asked of open.values()) send(asked);
    },
    restored() {
      port?.disconnect();
      // The clicks behind these requests predate the back/forward cache, so they no longer count.
      for (const asked of open.values()) asked.click = 0;
      lost();
      if (served && !port) connect();
    },
  };
}

const nameOf = (channel: number, id: string): string => `${channel} ${id}`;

const interrupted = 'the extension was interrupted: ask again';
