import type { PageErrorBody } from '@latchkey/shared/errors.ts';
import { bridgePortName } from '@latchkey/shared/page-names.ts';
import type { PageRequest } from '@latchkey/shared/page-protocol.ts';
import { rebuildRequest } from './request.ts';
import type { Runtime, RuntimePort } from './runtime.ts';

/** Connects one port of the page with the background. */
export interface Relay {
  /** Passes on an event from the background if the background serves this page. */
  event(message: object): void;
  /** The page came out of the back/forward cache. Its runtime port is dead, and no event says so. */
  restored(): void;
  /** The page has opened newer ports and no longer uses this one. */
  close(): void;
}

interface Sent {
  message: { request: PageRequest; click: number };
  again: boolean;
}

/**
 * Relays between a page's port and a runtime port of its own, which is opened on use: a background that
 * was stopped is woken by a request, not by every tab at once.
 *
 * @param click the number of the click with which the page asks now; 0 without one
 */
export function createRelay(page: MessagePort, runtime: Runtime, click: () => number): Relay {
  let port: RuntimePort | undefined;
  let served = false;
  const open = new Map<string, Sent>();

  const fail = (id: string, code: PageErrorBody['code'], message: string): void => {
    open.delete(id);
    page.postMessage({ v: 1, id, ok: false, e: { code, message } });
  };

  const connect = (): RuntimePort => {
    const fresh = runtime.connect({ name: bridgePortName });
    fresh.onMessage.addListener((message) => {
      if ('ev' in message) served = true;
      else if ('id' in message) open.delete(message.id as string);
      page.postMessage(message);
    });
    fresh.onDisconnect.addListener(() => {
      if (port === fresh) lost();
    });
    port = fresh;
    return fresh;
  };

  const send = (id: string, sent: Sent): void => {
    open.set(id, sent);
    try {
      (port ?? connect()).postMessage(sent.message);
    } catch {
      port = undefined;
      fail(id, 'not_installed', 'Latchkey was updated or removed: reload the page');
    }
  };

  /** The port is gone. Sends the open requests once more, since the background lost them. */
  const lost = (): void => {
    port = undefined;
    for (const [id, { message, again }] of [...open]) {
      if (again) fail(id, 'busy', 'the extension was interrupted: ask again');
      else send(id, { message, again: true });
    }
  };

  page.onmessage = ({ data }) => {
    const request = rebuildRequest(data);
    if (!request) {
      const id: unknown = data?.id;
      fail(typeof id === 'string' ? id.slice(0, 64) : '', 'invalid_request', 'not a message of the protocol');
      return;
    }
    if (open.has(request.id)) return;
    send(request.id, { message: { request, click: click() }, again: false });
  };

  return {
    event(message) {
      if (served) page.postMessage(message);
    },
    restored() {
      port?.disconnect();
      lost();
      if (served) connect();
    },
    close() {
      page.close();
      port?.disconnect();
    },
  };
}
