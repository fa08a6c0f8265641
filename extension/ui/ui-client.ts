import { LatchkeyError } from '@latchkey/shared/errors.ts';
import type { BackgroundPort } from '../platform/port.ts';
import { ProblemError } from '../protocol/problem.ts';
import type { UiChanged, UiMethod, UiParams, UiResponse, UiResults } from '../protocol/ui.ts';

/** Requests from the extension's pages to the background. */
export interface UiClient {
  /** @throws {LatchkeyError} the background's error, or `busy` if the background was stopped in the meantime */
  call<M extends UiMethod>(method: M, params: UiParams<M>): Promise<UiResults[M]>;
}

type Waiting = { resolve(result: unknown): void; reject(error: LatchkeyError): void };

/**
 * Talks to the background over a port. It opens a new port if the background was stopped.
 *
 * @param onChanged called on a change that may affect what the page shows
 */
export function createUiClient(connect: () => BackgroundPort, onChanged: () => void): UiClient {
  let port: BackgroundPort | undefined;
  let lastId = 0;
  const waiting = new Map<number, Waiting>();

  const onMessage = (message: UiResponse | UiChanged): void => {
    if ('changed' in message) {
      onChanged();
      return;
    }
    const call = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.ok) call?.resolve(message.r);
    else call?.reject(new ProblemError(message.e));
  };

  const open = (): BackgroundPort => {
    const fresh = connect();
    fresh.onMessage.addListener((message) => onMessage(message as UiResponse | UiChanged));
    fresh.onDisconnect.addListener(() => {
      port = undefined;
      const interrupted = new LatchkeyError({ code: 'busy', message: 'the extension was interrupted: try again' });
      for (const { reject } of waiting.values()) reject(interrupted);
      waiting.clear();
    });
    return fresh;
  };

  return {
    call<M extends UiMethod>(m: M, p: UiParams<M>) {
      lastId += 1;
      const id = lastId;
      return new Promise<UiResults[M]>((resolve, reject) => {
        waiting.set(id, { resolve: (result) => resolve(result as UiResults[M]), reject });
        port ??= open();
        port.postMessage({ id, m, p });
      });
    },
  };
}
