import { LatchkeyError, type PageErrorBody } from '@latchkey/shared/errors.ts';
import {
  maxMessageLength,
  type PageRequest,
  type PageResponse,
  type Relay,
  relaySchema,
} from '@latchkey/shared/page-protocol.ts';
import * as v from 'valibot';
import { newTrace } from '../broker/trace.ts';
import { errorBody } from '../error-body.ts';
import { busy, expired, invalidRequest } from '../errors.ts';
import type { Router } from '../handlers/router.ts';
import { post } from '../post.ts';
import type { Profile } from '../profiles/profile.ts';
import type { PageCall } from './handler-types.ts';
import type { Outcome, PendingRequests } from './pending-requests.ts';
import { type PageSender, type PortSender, readPageSender, type SenderRules } from './sender.ts';

/** The part of a runtime port that is used here. */
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
  pending: PendingRequests<Performed>;
  /** @returns how long to wait if the document asks too often */
  limit(document: string): number | undefined;
  /** Whether this page may call at all. @throws {LatchkeyError} `policy_denied` */
  requireAccess(sender: PageSender): Promise<void>;
  /** The site's current profile. */
  profileAt(origin: string): Promise<Profile>;
  /** A page opened a port: it is in its tab now. */
  here(sender: PageSender): void;
  /** A document closed its last port. */
  gone(document: string): void;
}

/** Request IDs to remember per port. It is more than the rate limit lets a page send over one connection. */
const maxIds = 4_096;

/**
 * Serves pages. It checks in the order of docs/security.md: sender, shape, size, rate, replay, the origin's access,
 * then the method. Before it answers, it checks again that the document exists.
 *
 * @returns a function that accepts the bridge's ports
 */
export function createPagePorts(deps: PagePortDeps): (port: Port) => void {
  /**
   * Open ports per document. A document without ports is gone. If it returns from the back/forward cache, it gets a new
   * set, so an earlier click can't open a window.
   */
  const documents = new Map<string, Set<Port>>();
  /** The last click of each document that opened a window. */
  const clicks = new Map<string, number>();
  const enter = (document: string, port: Port): void => {
    documents.set(document, (documents.get(document) ?? new Set()).add(port));
  };
  const leave = (document: string, port: Port): void => {
    const ports = documents.get(document);
    ports?.delete(port);
    if (ports?.size !== 0) return;
    documents.delete(document);
    clicks.delete(document);
    deps.gone(document);
  };

  const work = async ({ request, click, channel }: Relay, sender: PageSender): Promise<Outcome<unknown>> => {
    const { document } = sender;
    await deps.requireAccess(sender);
    const nameOf = (id: string): string => `${channel} ${id}`;
    if (request.m === 'request.poll') {
      return deliverable(sender, await deps.pending.poll(document, nameOf(request.p.request_id)));
    }
    if (request.m === 'request.cancel') {
      deps.pending.cancel(document, nameOf(request.p.request_id));
      return { done: true, result: {} };
    }
    const outcome = await deps.pending.start(document, nameOf(request.id), request.deadline_ms, () =>
      perform(request, click, sender),
    );
    return deliverable(sender, outcome);
  };

  const perform = async (request: PageRequest, click: number, sender: PageSender): Promise<Performed> => {
    let about: Performed['about'];
    const visit = documents.get(sender.document);
    const call: PageCall = {
      sender,
      trace: newTrace(),
      get activated() {
        return click > 0 && visit !== undefined && documents.get(sender.document) === visit;
      },
      takeClick() {
        if (!call.activated || click <= (clicks.get(sender.document) ?? 0)) return false;
        clicks.set(sender.document, click);
        return true;
      },
      alive: () => documents.has(sender.document),
      async profile() {
        const profile = await deps.profileAt(sender.origin);
        // Read it before the handler runs, so that any later change invalidates the result.
        about = { profile, epoch: await profile.events.epoch(sender.origin) };
        return profile;
      },
    };
    const result = await deps.router.dispatch(request.m, request.p, call);
    return { result, about };
  };

  /**
   * A result may be in transit or waiting for its poll. It is invalid if the site has since lost its access or switched
   * accounts, or if the account has a new session.
   */
  const deliverable = async (sender: PageSender, outcome: Outcome<Performed>): Promise<Outcome<unknown>> => {
    if (!outcome.done) return outcome;
    await deps.requireAccess(sender);
    const { result, about } = outcome.result;
    const now = about && (await deps.profileAt(sender.origin));
    if (about && (about.profile !== now || about.epoch !== (await now.events.epoch(sender.origin)))) {
      throw expired('the account or the access changed meanwhile: ask again');
    }
    return { done: true, result };
  };

  /** Sends the epoch. Pages need it after the back/forward cache, and after the background was stopped. */
  const greet = async (port: Port, sender: PageSender, connected: () => boolean): Promise<void> => {
    try {
      await deps.requireAccess(sender);
      const event = await (await deps.profileAt(sender.origin)).events.current(sender.origin);
      if (connected()) post(port, event);
    } catch (error) {
      // A page that isn't served gets no events. The answer to each of its requests gives the reason.
      if (!(error instanceof LatchkeyError)) reportError(error);
    }
  };

  return (port) => {
    let connected = true;
    const sender = attempt(() => readPageSender(port.sender, deps.rules));
    port.onDisconnect.addListener(() => {
      connected = false;
      if (sender.ok) leave(sender.value.document, port);
    });
    if (sender.ok) {
      enter(sender.value.document, port);
      deps.here(sender.value);
      void greet(port, sender.value, () => connected);
    }
    const accept = createGate(deps.limit);

    const answer = (message: unknown, body: Answer): void => {
      if (connected) post(port, { v: 1, ...addressOf(message), ...body } as PageResponse);
    };
    port.onMessage.addListener(async (message) => {
      try {
        if (!sender.ok) throw sender.error;
        const relayed = accept(message, sender.value.document);
        const outcome = await work(relayed, sender.value);
        if (outcome.done) answer(message, { ok: true, r: outcome.result });
        else answer(message, { pending: { request_id: jobOf(relayed.request), poll_after_ms: pollAfterMs } });
      } catch (error) {
        answer(message, { ok: false, e: errorBody(error) });
      }
    });
  };
}

/** A handler's result, and the session that it is about. */
interface Performed {
  result: unknown;
  about: { profile: Profile; epoch: string } | undefined;
}

/**
 * Accepts a port's message if it has the protocol's shape and size, is within the rate limit, and isn't a replay.
 */
function createGate(limit: PagePortDeps['limit']): (message: unknown, document: string) => Relay {
  const seen = new Set<string>();
  return (message, document) => {
    const parsed = v.safeParse(relaySchema, message);
    if (!parsed.success || JSON.stringify(parsed.output.request).length > maxMessageLength) {
      throw invalidRequest('the message is not one of the protocol');
    }
    const retryAfterMs = limit(document);
    if (retryAfterMs !== undefined) {
      throw busy('too many requests from this page; slow down', retryAfterMs);
    }
    const { request, channel } = parsed.output;
    const name = `${channel} ${request.id}`;
    if (seen.has(name)) throw invalidRequest('a request with this id was sent already');
    if (seen.size >= maxIds) seen.clear();
    seen.add(name);
    return parsed.output;
  };
}

function attempt<T>(read: () => T): { ok: true; value: T } | { ok: false; error: unknown } {
  try {
    return { ok: true, value: read() };
  } catch (error) {
    return { ok: false, error };
  }
}

type Answer = { ok: true; r: unknown } | { pending: Pending } | { ok: false; e: PageErrorBody };
type Pending = { request_id: string; poll_after_ms: number };

/** The poll itself waits for the result, so the page can send the next poll at once. */
const pollAfterMs = 50;

/** The ID of the request whose work this concerns: the polled request, or the request itself. */
const jobOf = (request: PageRequest): string => (request.m === 'request.poll' ? request.p.request_id : request.id);

const address = v.object({
  channel: v.fallback(v.number(), 0),
  request: v.object({ id: v.fallback(v.pipe(v.string(), v.maxLength(64)), '') }),
});

/** Where to send the answer, if the message has a valid channel and ID. The rest of the message may be invalid. */
function addressOf(message: unknown): { id: string; channel: number } {
  const parsed = v.safeParse(address, message);
  return parsed.success ? { id: parsed.output.request.id, channel: parsed.output.channel } : { id: '', channel: 0 };
}
