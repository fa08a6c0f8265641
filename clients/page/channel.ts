import { LatchkeyError } from '@latchkey/shared/errors.ts';
import type {
  PageEvent,
  PageMethod,
  PageParameters,
  PageResponse,
  PageResults,
} from '@latchkey/shared/page-messages.ts';
import { protocolVersion } from '@latchkey/shared/page-names.ts';
import { orAbort } from './or-abort.ts';

/** The background answers within 20 s, even if only with `pending`. A port that is silent for longer is dead. */
const silenceMs = 22_000;
/** The bridge sends an event within this time after the page is restored from the back/forward cache. */
const probeMs = 2_000;

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
  /** Opens a new port unless the current one delivers a message within 2 s. */
  probe(): void;
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
  let opening = false;
  let lost: MessagePort | undefined;
  let probing: ReturnType<typeof setTimeout>;

  const attach = (next: MessagePort) => {
    port = next;
    port.onmessage = ({ data }: MessageEvent<PageResponse | PageEvent>) => {
      clearTimeout(probing);
      if ('ev' in data) onEvent(data);
      else waiting.get(data.id)?.resolve(data);
    };
    // Only newer browsers fire `close`; in others, the silence timeout detects a dead port.
    port.addEventListener('close', () => {
      lost = next;
      if (waiting.size && port === next) reopen();
    });
    for (const { request } of waiting.values()) port.postMessage(request);
  };

  /** Resends unanswered requests on a new port, or rejects them if there is no bridge. */
  const reopen = async () => {
    if (opening) return;
    opening = true;
    try {
      const next = await open();
      port.close();
      attach(next);
    } catch (error) {
      for (const { reject } of waiting.values()) reject(error);
    }
    opening = false;
  };

  /** Sends one message and waits for the response with the same id. */
  const exchange = async (request: { id: string }, signal: AbortSignal): Promise<PageResponse> => {
    const silent = setTimeout(reopen, silenceMs);
    const answer = new Promise<PageResponse>((resolve, reject) => {
      waiting.set(request.id, { request, resolve, reject });
      if (port === lost) reopen();
      else port.postMessage(request);
    });
    try {
      return await orAbort(answer, signal);
    } finally {
      clearTimeout(silent);
      waiting.delete(request.id);
    }
  };

  const call: Channel['call'] = async (m, p, deadlineMs, signal) => {
    signal?.throwIfAborted();
    const request = (m: PageMethod, p: unknown) => ({
      v: protocolVersion,
      id: crypto.randomUUID(),
      m,
      p,
      deadline_ms: deadlineMs,
    });

    const over = new AbortController();
    const abort = () => over.abort(signal?.reason);
    const late = setTimeout(
      () => over.abort(new LatchkeyError({ code: 'expired', message: `Timed out waiting for ${m}.` })),
      deadlineMs,
    );
    signal?.addEventListener('abort', abort);

    let next = request(m, p);
    let pending: string | undefined;
    try {
      for (;;) {
        const answer = await exchange(next, over.signal);
        if ('pending' in answer) {
          pending = answer.pending.request_id;
          await orAbort(delay(answer.pending.poll_after_ms), over.signal);
          next = request('request.poll', { request_id: pending });
        } else if (answer.ok) {
          return answer.r as PageResults[typeof m];
        } else if (answer.e.code === 'expired' && pending) {
          // The background was restarted and lost the pending request: start over, until the deadline.
          next = request(m, p);
          pending = undefined;
        } else {
          throw new LatchkeyError(answer.e);
        }
      }
    } catch (error) {
      if (over.signal.aborted && pending) port.postMessage(request('request.cancel', { request_id: pending }));
      throw error;
    } finally {
      clearTimeout(late);
      signal?.removeEventListener('abort', abort);
    }
  };

  attach(port);
  return {
    call,
    probe() {
      probing = setTimeout(reopen, probeMs);
    },
  };
}

const delay = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
