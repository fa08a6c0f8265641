import { createProof } from '@latchkey/shared/dpop.ts';
import { LatchkeyError } from '@latchkey/shared/errors.ts';
import { accountHeader, clientHeader, errorAnswer } from '@latchkey/shared/session-api.ts';
import type { Clock } from '@latchkey/shared/time.ts';
import * as v from 'valibot';
import type { SessionKey } from '../../platform/keys.ts';
import type { StoredValue } from '../../platform/stored-value.ts';
import { BrokerError, isBrokerError } from './broker-error.ts';
import { newTrace, traceparent } from './trace.ts';

export interface BrokerCallDeps {
  /** The broker's issuer. */
  broker(): Promise<string>;
  /** The extension's version, `x.y.z`. */
  version: string;
  /** Language of the extension's texts, as a tag. The broker names sites and APIs in it. */
  language: string;
  key(): Promise<SessionKey>;
  /** `sub` of the account whose session is known. */
  account(): Promise<string | undefined>;
  /** The broker's latest nonce (RFC 9449 §8.2). */
  nonce: StoredValue<string>;
  fetch: typeof fetch;
  now: Clock;
}

export interface BrokerRequest {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  body?: object | undefined;
  ifNoneMatch?: string | undefined;
  lastEventId?: string | undefined;
  /** The account that the call is for: the known one, or this `sub`. The broker rejects it for any other account. */
  account?: 'known' | { sub: string } | undefined;
  /** The action that the call is part of, see `newTrace`. Default: one of its own. */
  trace?: string | undefined;
  /** The key to sign with, if the stored key is already erased. */
  key?: SessionKey | undefined;
}

export interface BrokerAnswer {
  status: number;
  etag: string | undefined;
  /** Parsed JSON, not yet checked. `undefined` if there is none. */
  body: unknown;
}

/** A slower broker counts as unreachable. */
const timeoutMs = 15_000;

/** Calls an endpoint of the broker. Throws a {@link LatchkeyError} unless the call succeeds. */
export type BrokerCall = (request: BrokerRequest) => Promise<BrokerAnswer>;

/**
 * Creates the only function that makes HTTP requests to the broker. Every call has the cookie, the client header, and a
 * proof by the session's key. If the broker asks for a fresh nonce, the call is retried once.
 */
export function createBrokerCall(deps: BrokerCallDeps): BrokerCall {
  return async (request) => {
    const response = await exchange(deps, request, AbortSignal.timeout(timeoutMs));
    // If the body is truncated or isn't JSON, the caller's schema rejects it.
    const body: unknown = await response.json().catch(() => undefined);
    return { status: response.status, etag: response.headers.get('ETag') ?? undefined, body };
  };
}

/** Opens the stream of the session's events. It stays open until `signal` aborts it or the broker closes it. */
export function createEventStreamCall(deps: BrokerCallDeps) {
  return async (lastEventId: string | undefined, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> => {
    const { body } = await exchange(
      deps,
      { method: 'GET', path: '/session/events', lastEventId, account: 'known' },
      signal,
    );
    if (!body) throw new LatchkeyError({ code: 'offline', message: 'the broker sent no stream' });
    return body;
  };
}

/** Sends one request and returns its successful response. Retries once if the broker asks for a fresh nonce. */
async function exchange(deps: BrokerCallDeps, request: BrokerRequest, signal: AbortSignal): Promise<Response> {
  const { trace = newTrace() } = request;
  const attempt = async (): Promise<Response> => {
    const url = new URL(request.path, await deps.broker()).href;
    const target = { method: request.method, url, nonce: await deps.nonce.get() };
    const response = await send(
      deps,
      url,
      request,
      await createProof(request.key ?? (await deps.key()), target, deps.now()),
      trace,
      signal,
    );
    const nonce = response.headers.get('DPoP-Nonce');
    if (nonce) await deps.nonce.set(nonce);
    if (response.ok || response.status === 304) return response;
    throw await refusal(response, trace, deps.now);
  };
  try {
    return await attempt();
  } catch (error) {
    if (!isBrokerError(error, 'use_dpop_nonce')) throw error;
    return attempt();
  }
}

async function send(
  deps: BrokerCallDeps,
  url: string,
  request: BrokerRequest,
  proof: string,
  trace: string,
  signal: AbortSignal,
): Promise<Response> {
  const { fetch } = deps;
  const account = request.account === 'known' ? await deps.account() : request.account?.sub;
  try {
    return await fetch(url, {
      method: request.method,
      headers: {
        Accept: 'application/json',
        'Accept-Language': deps.language,
        DPoP: proof,
        traceparent: traceparent(trace),
        [clientHeader]: `extension/${deps.version}`,
        ...(account === undefined ? {} : { [accountHeader]: account }),
        ...(request.body ? { 'Content-Type': 'application/json' } : {}),
        ...(request.ifNoneMatch ? { 'If-None-Match': request.ifNoneMatch } : {}),
        ...(request.lastEventId ? { 'Last-Event-ID': request.lastEventId } : {}),
      },
      ...(request.body ? { body: JSON.stringify(request.body) } : {}),
      credentials: 'include',
      cache: 'no-store',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
      signal,
    });
  } catch (cause) {
    throw new LatchkeyError(
      { code: 'offline', message: 'the broker cannot be reached', retry_after_ms: 5_000 },
      { cause },
    );
  }
}

async function refusal(response: Response, trace: string, now: Clock): Promise<BrokerError> {
  const parsed = v.safeParse(errorAnswer, await response.json().catch(() => undefined));
  const answer = parsed.success ? parsed.output : { error: 'server_error' };
  const { status, headers } = response;
  return new BrokerError(answer, {
    status,
    // Brokers before traces draw an ID of their own.
    request: headers.get('X-Request-Id') ?? trace,
    retryAfterMs: retryAfter(headers, now),
  });
}

/**
 * Parses `Retry-After` (RFC 9110 §10.2.3) into milliseconds, at most an hour. A date is compared with that of the answer, if it
 * has one: this clock may be wrong.
 */
function retryAfter(headers: Headers, now: Clock): number | undefined {
  const value = headers.get('Retry-After');
  if (value === null) return undefined;
  const answeredAt = Date.parse(headers.get('Date') ?? '') || now();
  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - answeredAt;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), 3_600_000);
}
