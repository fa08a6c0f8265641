import { LatchkeyError } from '#shared/errors.ts';
import type { PageEvent, PageMethod, PageRequest, PageResponse, PageResults } from '#shared/page-protocol.ts';
import { orAbort } from './or-abort.ts';
import { version } from './wire.ts';

/** The background answers, if only with `pending`, within 20 s. A port silent for longer has lost its other end. */
const silenceMs = 22_000;

type Params<M extends PageMethod> = Extract<PageRequest, { m: M }>['p'];

export interface CallOptions {
  deadlineMs: number;
  signal?: AbortSignal | null | undefined;
}

export interface Channel {
  /**
   * One request and its answer. `pending` is polled, an abort cancels the request, silence reopens the port.
   *
   * @throws {LatchkeyError} what the extension answered, or `expired` after the deadline
   */
  call<M extends PageMethod>(m: M, p: Params<M>, options: CallOptions): Promise<PageResults[M]>;
  /** Takes a new port, after the old one may have died without a sound, and asks again what is unanswered: with no bridge, all that fails. */
  reopen(): Promise<void>;
}

export interface ChannelOptions {
  port: MessagePort;
  /** Finds the bridge again. */
  open: () => Promise<MessagePort>;
  onEvent: (event: PageEvent) => void;
}

interface Waiting {
  request: unknown;
  resolve: (answer: PageResponse) => void;
  reject: (error: unknown) => void;
}

export function createChannel({ port, open, onEvent }: ChannelOptions): Channel {
  const waiting = new Map<string, Waiting>();
  let opening: Promise<void> | undefined;

  const attach = (next: MessagePort) => {
    port = next;
    port.onmessage = ({ data }: MessageEvent<PageResponse | PageEvent>) => {
      if ('ev' in data) onEvent(data);
      else waiting.get(data.id)?.resolve(data);
    };
    for (const { request } of waiting.values()) port.postMessage(request);
  };

  const reopen = () => {
    opening ??= open()
      .then((next) => {
        port.close();
        attach(next);
      })
      .catch((error) => {
        for (const { reject } of waiting.values()) reject(error);
      })
      .finally(() => {
        opening = undefined;
      });
    return opening;
  };

  /** Sends one message and waits for the one with the same id. */
  const exchange = async (request: PageRequest, signal: AbortSignal): Promise<PageResponse> => {
    const silent = setTimeout(reopen, silenceMs);
    const answer = new Promise<PageResponse>((resolve, reject) => {
      waiting.set(request.id, { request, resolve, reject });
      port.postMessage(request);
    });
    try {
      return await orAbort(answer, signal);
    } finally {
      clearTimeout(silent);
      waiting.delete(request.id);
    }
  };

  const call: Channel['call'] = async (m, p, { deadlineMs, signal }) => {
    signal?.throwIfAborted();
    const request = (m: PageMethod, p: unknown) =>
      ({ v: version, id: crypto.randomUUID(), m, p, deadline_ms: deadlineMs }) as PageRequest;

    const over = new AbortController();
    const abort = () => over.abort(signal?.reason);
    const late = setTimeout(
      () => over.abort(new LatchkeyError({ code: 'expired', message: `No answer to ${m} in time: try again.` })),
      deadlineMs,
    );
    signal?.addEventListener('abort', abort);

    let next = request(m, p);
    let requestId = next.id;
    try {
      for (;;) {
        const answer = await exchange(next, over.signal);
        if ('pending' in answer) {
          requestId = answer.pending.request_id;
          await orAbort(delay(answer.pending.poll_after_ms), over.signal);
          next = request('request.poll', { request_id: requestId });
        } else if (answer.ok) {
          return answer.r as PageResults[typeof m];
        } else {
          throw new LatchkeyError(answer.e);
        }
      }
    } catch (error) {
      if (over.signal.aborted) port.postMessage(request('request.cancel', { request_id: requestId }));
      throw error;
    } finally {
      clearTimeout(late);
      signal?.removeEventListener('abort', abort);
    }
  };

  attach(port);
  return { call, reopen };
}

const delay = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
