// @vitest-environment happy-dom
import { type FetchInit, LatchkeyError, type PageErrorCode } from '@latchkey/page';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { retrying } from './retrying-fetch.ts';

const url = 'https://api.example.com/orders';
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A fetch that answers these in order, then 200. */
function answering(...outcomes: (number | Response | Error)[]) {
  const sent: number[] = [];
  const fetch = retrying(
    async () => {
      sent.push(Date.now());
      const next = outcomes.shift() ?? 200;
      if (next instanceof Error) throw next;
      return next instanceof Response ? next : new Response('body', { status: next });
    },
    () => undefined,
  );
  /** Runs all waits. */
  const settle = async (request: Promise<Response>) => {
    const settled = request.then(
      ({ status }) => status,
      (error) => error,
    );
    let over = false;
    void settled.then(() => {
      over = true;
    });
    // A module that is loaded needs more than one turn.
    while (!over) {
      await vi.dynamicImportSettled();
      await vi.advanceTimersByTimeAsync(100);
    }
    return settled;
  };
  return { sent, settle, fetch, run: (...args: Parameters<typeof fetch>) => settle(fetch(...args)) };
}
const error = (code: PageErrorCode, retry_after_ms?: number) =>
  new LatchkeyError({ code, message: code, retry_after_ms });

describe('a request is repeated', () => {
  it.each([
    ['after a 503', [503], {}],
    ['twice at most', [502, 504], {}],
    ['after a network failure', [new TypeError('Failed to fetch')], { method: 'PUT', body: '{}' }],
    ['after a 429, whatever its method', [429], { method: 'POST' }],
    ['if the broker was away, whatever its method', [error('offline')], { method: 'POST' }],
    ['if the extension was busy', [error('busy', 1_000), error('expired')], {}],
  ])('%s', async (_, outcomes, init) => {
    const { run, sent } = answering(...outcomes);
    expect(await run(url, init)).toBe(200);
    expect(sent).toHaveLength(outcomes.length + 1);
  });

  it('after the time that the API names, in seconds or as a date', async () => {
    const inThree = (at = Date.now()) => new Date(Math.ceil(at / 1_000) * 1_000 + 3_000).toUTCString();
    const day = 86_400_000;
    // An API whose clock differs, and whose answer says so.
    const apart = { 'Retry-After': inThree(day), Date: new Date(day).toUTCString() };
    for (const headers of [() => ({ 'Retry-After': '3' }), () => ({ 'Retry-After': inThree() }), () => apart]) {
      const { run, sent } = answering(new Response(null, { status: 429, headers: headers() }));
      expect(await run(url)).toBe(200);
      const [first = 0, second = 0] = sent;
      expect(second - first).toBeGreaterThanOrEqual(2_900);
    }
  });

  it('as a Request with its body', async () => {
    const { run, sent } = answering(503);
    expect(await run(new Request(url, { method: 'PUT', body: 'x' }))).toBe(200);
    expect(sent).toHaveLength(2);
  });
});

describe('a request is sent once', () => {
  it.each([
    ['if it succeeds', [], {}, 200],
    ['if the API refuses it', [403], {}, 403],
    ['if it may have been done: a POST that got a 503', [503], { method: 'POST' }, 503],
    [
      'if the API names a time that is too long',
      [new Response(null, { status: 503, headers: { 'Retry-After': '60' } })],
      {},
      503,
    ],
    ['if its body is a stream', [503], { method: 'PUT', body: new ReadableStream() }, 503],
  ])('%s', async (_, outcomes, init, status) => {
    const { run, sent } = answering(...outcomes);
    expect(await run(url, init)).toBe(status);
    expect(sent).toHaveLength(1);
  });

  it.each([
    ['a POST that the network lost', new TypeError('Failed to fetch'), { method: 'POST' }],
    ['a person who has to act', error('not_signed_in'), {}],
    ['a request that was aborted', new DOMException('gone', 'AbortError'), {}],
    ['a wait that is too long', error('busy', 60_000), {}],
    ['another’s error with a code of ours', Object.assign(new Error('card expired'), { code: 'expired' }), {}],
  ])('if it fails for good: %s', async (_, failure, init) => {
    const { run, sent } = answering(failure);
    expect(await run(url, init)).toBe(failure);
    expect(sent).toHaveLength(1);
  });
});

it('gives up after three attempts, with the last answer', async () => {
  const { run, sent } = answering(503, 503, 503, 200);
  expect(await run(url)).toBe(503);
  expect(sent).toHaveLength(3);
});

describe('a repeat is for the account of the first attempt', () => {
  /** The accounts that the page shows at each attempt → the accounts that the attempts are for. */
  const attempts = async (shown: (string | undefined)[], init?: FetchInit) => {
    const profiles: (string | undefined)[] = [];
    const left = [...shown];
    const fetch = retrying(
      async (_, { profile } = {}) => {
        profiles.push(profile);
        return new Response(null, { status: 503, headers: { 'Retry-After': '0' } });
      },
      () => left.shift(),
    );
    await answering().settle(fetch(url, init));
    return profiles;
  };

  it.each([
    ['which is not the one that is shown by then', ['ada', 'grace'], {}, ['ada', 'ada', 'ada']],
    ['as soon as it is known', [undefined, 'ada', 'grace'], {}, [undefined, 'ada', 'ada']],
    ['which the page has named', ['ada', 'ada'], { profile: 'grace' }, ['grace', 'grace', 'grace']],
  ])('%s', async (_, shown, init, wanted) => {
    expect(await attempts(shown, init)).toEqual(wanted);
  });
});

it('stops waiting when the caller aborts', async () => {
  const { fetch, settle, sent } = answering(503);
  const gone = new AbortController();
  const request = fetch(url, { signal: gone.signal });
  gone.abort(new Error('left the page'));
  expect(await settle(request)).toMatchObject({ message: 'left the page' });
  expect(sent).toHaveLength(1);
});
