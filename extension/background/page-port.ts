import * as v from 'valibot';
import { LatchkeyError } from '#shared/errors.ts';
import {
  maxMessageLength,
  type PageEvent,
  type PageRequest,
  type PageResponse,
  relaySchema,
} from '#shared/page-protocol.ts';
import { errorBody } from './error-body.ts';
import type { Jobs, Outcome } from './jobs.ts';
import type { PageCall } from './page-call.ts';
import type { Router } from './router.ts';
import { type PageSender, type PortSender, readPageSender, type SenderRules } from './sender.ts';

/** A runtime port, as far as it is used here. */
export interface Port {
  sender?: PortSender | undefined;
  postMessage(message: unknown): void;
  onMessage: { addListener(listener: (message: unknown) => void): void };
  onDisconnect: { addListener(listener: () => void): void };
  disconnect(): void;
}

export interface PagePortDeps {
  rules: SenderRules;
  router: Router<PageCall>;
  jobs: Jobs;
  /** @returns how long to wait, where the document asks too often */
  limit(document: string): number | undefined;
  /** Whether this origin may call at all. @throws {LatchkeyError} `policy_denied` */
  admit(origin: string): Promise<void>;
  hello(): Promise<PageEvent>;
}

/** Request ids remembered per port: more in one connection than a page can send before the limit bites. */
const maxIds = 4_096;

/**
 * Serves one page at the other end of a port, in the order of checks of the design: sender, shape, size,
 * rate, replay, whether the origin may call, then the method; and once more that the document is still
 * there before anything is answered.
 */
export function servePage(port: Port, deps: PagePortDeps): void {
  let connected = true;
  port.onDisconnect.addListener(() => {
    connected = false;
  });
  const seen = new Set<string>();

  const answer = (
    id: string,
    body: { ok: true; r: unknown } | { pending: Pending } | { ok: false; e: object },
  ): void => {
    if (connected) port.postMessage({ v: 1, id, ...body } as PageResponse);
  };

  const accept = (message: unknown): { request: PageRequest; activated: boolean; sender: PageSender } => {
    const sender = readPageSender(port.sender, deps.rules);
    const parsed = v.safeParse(relaySchema, message);
    if (!parsed.success || JSON.stringify(message).length > maxMessageLength + 64) {
      throw invalid('the message is not one of the protocol');
    }
    const retryAfterMs = deps.limit(sender.document);
    if (retryAfterMs !== undefined) {
      throw new LatchkeyError({
        code: 'busy',
        message: 'this page asks too often',
        retry_after_ms: retryAfterMs,
      });
    }
    const { request } = parsed.output;
    if (seen.has(request.id)) throw invalid('a request with this id was sent already');
    if (seen.size >= maxIds) seen.clear();
    seen.add(request.id);
    return { ...parsed.output, sender };
  };

  const work = async (request: PageRequest, activated: boolean, sender: PageSender): Promise<Outcome> => {
    await deps.admit(sender.origin);
    if (request.m === 'request.poll') return deps.jobs.poll(sender.document, request.p.request_id);
    if (request.m === 'request.cancel') {
      deps.jobs.cancel(sender.document, request.p.request_id);
      return { done: true, result: {} };
    }
    const call: PageCall = { sender, activated, alive: () => connected };
    return deps.jobs.start(sender.document, request.deadline_ms, () =>
      deps.router.dispatch(request.m, request.p, call),
    );
  };

  port.onMessage.addListener(async (message) => {
    try {
      const { request, activated, sender } = accept(message);
      const outcome = await work(request, activated, sender);
      if (outcome.done) answer(request.id, { ok: true, r: outcome.result });
      else answer(request.id, { pending: { request_id: outcome.requestId, poll_after_ms: pollAfterMs } });
    } catch (error) {
      answer(idOf(message), { ok: false, e: errorBody(error) });
    }
  });

  void greet(port, deps, () => connected);
}

/** A page that comes back (from the back/forward cache, or after the background was stopped) learns the epoch first. */
async function greet(port: Port, deps: PagePortDeps, connected: () => boolean): Promise<void> {
  try {
    await deps.admit(readPageSender(port.sender, deps.rules).origin);
    const event = await deps.hello();
    if (connected()) port.postMessage(event);
  } catch (error) {
    // A page that is not served gets no event; each of its requests is told why.
    if (!(error instanceof LatchkeyError)) reportError(error);
  }
}

type Pending = { request_id: string; poll_after_ms: number };

/** A poll waits for the result itself, so the next one may follow at once. */
const pollAfterMs = 50;

const invalid = (message: string): LatchkeyError => new LatchkeyError({ code: 'invalid_request', message });

/** The id to answer to, where a message has a usable one; the rest of it may be anything. */
function idOf(message: unknown): string {
  const parsed = v.safeParse(v.object({ request: v.object({ id: v.pipe(v.string(), v.maxLength(64)) }) }), message);
  return parsed.success ? parsed.output.request.id : '';
}
