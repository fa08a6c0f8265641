import { LatchkeyError } from '@latchkey/shared/errors.ts';
import type {
  Goodbye,
  PageEvent,
  PageMethod,
  PageParameters,
  PageResponse,
  PageResults,
} from '@latchkey/shared/page-messages.ts';
import { protocolVersion } from '@latchkey/shared/page-names.ts';

/** The background answers within 20 s, even if only with `pending`. A port that is silent for longer is dead. */
const silenceMs = 22_000;
/** Deadline of calls that don't wait for the user, in milliseconds. */
export const quick = 30_000;
/** Deadline of calls that wait for the user to type a password or find a second factor, in milliseconds. */
export const patient = 600_000;

export interface Channel {
  /**
   * Sends one request and waits for its response. Polls while the response is `pending`, cancels the request when
   * `signal` aborts, and reopens the port if it is silent.
   *
   * @throws {LatchkeyError} the extension's error, or `expired` after the deadline
   */
  call<M extends PageMethod>(
    m: M,
    p: PageParameters[M],
    deadlineMs: number,
    signal?: AbortSignal | undefined,
  ): Promise<PageResults[M]>;
  /** Opens a port if there is none. @throws whatever `open` throws */
  ready(): Promise<void>;
  /**
   * Says goodbye and gives the port up. The next call opens another; so do unanswered requests, which are sent again.
   *
   * @param again opens another port now
   */
  leave(again?: boolean): void;
}

/** A request, and what takes its response or an error. */
type Waiting = [request: unknown, answered: (answer: PageResponse) => void, fail: (error: unknown) => void];

/** @param open finds the bridge */
export function createChannel(
  open: () => Promise<MessagePort>,
  onEvent: (event: PageEvent | Goodbye) => void,
): Channel {
  const waiting = new Map<string, Waiting>();
  let port: MessagePort | undefined;
  let opening: Promise<void> | undefined;

  const attach = async () => {
    if (port) return;
    const next = await open();
    // The bridge says goodbye before it closes a port. Only newer browsers fire `close`; in others, the silence timeout
    // detects a port that was closed without a goodbye.
    const lost = () => {
      if (port === next) {
        port = undefined;
        if (waiting.size) wake();
      }
    };
    next.onmessage = ({ data }: MessageEvent<PageResponse | PageEvent | Goodbye>) => {
      if ('ev' in data) {
        if (data.ev === 'bye') lost();
        onEvent(data);
      } else waiting.get(data.id)?.[1](data);
    };
    next.addEventListener('close', lost);
    port = next;
    for (const [request] of waiting.values()) next.postMessage(request);
  };

  const ready = () =>
    (opening ??= attach().finally(() => {
      opening = undefined;
    }));

  const wake = () =>
    ready().catch((error) => {
      for (const [, , fail] of waiting.values()) fail(error);
    });

  const leave = (again?: boolean) => {
    port?.postMessage({ ev: 'bye' });
    port?.close();
    port = undefined;
    if (again || waiting.size) wake();
  };

  const call: Channel['call'] = (method, parameters, deadlineMs, signal) =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      let id: string;
      let pending: string | undefined;
      let timer: ReturnType<typeof setTimeout>;

      const request = (m: PageMethod, p: unknown) => {
        id = crypto.randomUUID();
        return { v: protocolVersion, id, m, p, deadline_ms: deadlineMs };
      };
      const send = (m: PageMethod, p: unknown) => {
        const next = request(m, p);
        waiting.set(id, [next, answered, fail]);
        timer = setTimeout(leave, silenceMs);
        if (port) port.postMessage(next);
        else wake();
      };
      const answered = (answer: PageResponse) => {
        stop();
        if ('pending' in answer) {
          pending = answer.pending.request_id;
          timer = setTimeout(send, answer.pending.poll_after_ms, 'request.poll', { request_id: pending });
        } else if (!answer.ok && answer.e.code === 'expired' && pending) {
          // The background was restarted and lost the pending request: start over, until the deadline.
          pending = undefined;
          send(method, parameters);
        } else if (answer.ok) {
          end();
          resolve(answer.r as PageResults[typeof method]);
        } else fail(new LatchkeyError(answer.e));
      };
      const stop = () => {
        clearTimeout(timer);
        waiting.delete(id);
      };
      const end = () => {
        stop();
        clearTimeout(late);
        signal?.removeEventListener('abort', abort);
      };
      const fail = (error: unknown) => {
        end();
        reject(error);
      };
      const cancel = (reason: unknown) => {
        fail(reason);
        if (pending) port?.postMessage(request('request.cancel', { request_id: pending }));
      };
      const abort = () => cancel(signal?.reason);
      const late = setTimeout(
        () => cancel(new LatchkeyError({ code: 'expired', message: `${method} timed out.` })),
        deadlineMs,
      );
      signal?.addEventListener('abort', abort);
      send(method, parameters);
    });

  return { call, ready, leave };
}
