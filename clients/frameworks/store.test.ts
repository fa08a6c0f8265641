// @vitest-environment happy-dom
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it, vi } from 'vitest';
import { createStore, type State } from './store.ts';
import { api, cleanups, endEachTest, everything, fake, grace } from './testing/stand.ts';

endEachTest();

/** A store that is started until the test ends, or until it is stopped. */
function follow() {
  const defaults = { resource: api, scopes: ['orders:read'] };
  const store = createStore(defaults);
  const stop = store.start();
  let stopped = false;
  const end = () => {
    if (!stopped) stop();
    stopped = true;
  };
  cleanups.push(end);
  return { store, defaults, stop: end, is: (state: State) => expect.poll(() => store.snapshot().state).toBe(state) };
}

setFlagsFromString('--expose_gc');
const collect: () => void = runInNewContext('gc');

it('leaves nothing of itself behind, if it is stopped while there is no extension', async () => {
  fake({ installed: false });
  const gone = await (async () => {
    const { store, defaults, stop } = follow();
    // `expect.poll` would keep what it looks at until the test ends.
    await vi.waitUntil(() => store.snapshot().state === 'not_installed', { timeout: 15_000 });
    // A tab that is shown asks again, each time.
    document.dispatchEvent(new Event('visibilitychange'));
    stop();
    cleanups.pop();
    return new WeakRef(defaults);
  })();
  await expect
    .poll(() => {
      collect();
      return gone.deref() === undefined;
    })
    .toBe(true);
});

it('connects no more after it was stopped, if an action ends then and looks again', async () => {
  const latchkey = fake(everything);
  const { store, stop, is } = follow();
  await is('ready');
  stop();
  await expect.poll(latchkey.connections).toEqual({ open: 0, closed: 1 });
  await store.actions.retry();
  expect(latchkey.connections()).toEqual({ open: 0, closed: 1 });
});

it('finds an extension that arrives too late for a question, also after an update', async () => {
  const latchkey = fake(everything);
  const { is } = follow();
  await is('ready');
  // The update: both attempts of the next question find nobody, and the new extension comes before it is given up.
  const { postMessage } = window;
  let knocks = 0;
  window.postMessage = ((data: { source?: string }, ...rest: unknown[]) => {
    if (data?.source !== 'latchkey:hello') return Reflect.apply(postMessage, window, [data, ...rest]);
    knocks += 1;
    if (knocks > 2) return Reflect.apply(postMessage, window, [data, ...rest]);
    if (knocks === 2) setTimeout(() => latchkey.install(), 50);
  }) as typeof window.postMessage;
  cleanups.push(() => {
    window.postMessage = postMessage;
  });
  latchkey.uninstall();
  await expect.poll(() => knocks).toBe(2);
  await expect.poll(() => latchkey.connections().open).toBe(1);
  latchkey.signOut();
  await is('signed_out');
});

it('sends the token of another API to that one, if a request names it', async () => {
  const other = { resource: 'https://invoices.example.com', scopes: ['invoices:read'] };
  const latchkey = fake({ ...everything, granted: { [api]: ['orders:read'], [other.resource]: other.scopes } });
  const { store } = follow();
  const fetch = vi.fn(async () => new Response());
  await store.fetch(`${other.resource}/v1`, { ...other, fetch });
  expect(fetch).toHaveBeenCalledTimes(1);
  expect(latchkey.requests.find(({ m }) => m === 'token.get')?.p).toMatchObject(other);
});

it('repeats no request for another account than it was made for', async () => {
  const latchkey = fake(everything);
  const { store, is } = follow();
  await is('ready');
  const fetch = vi.fn(async () => {
    latchkey.signIn(grace);
    return new Response(null, { status: 429, headers: { 'Retry-After': '0' } });
  });
  await expect(store.fetch(`${api}/orders`, { method: 'POST', fetch })).rejects.toMatchObject({
    code: 'not_signed_in',
  });
  expect(fetch).toHaveBeenCalledTimes(1);
  // The next one is for who is shown by then.
  await expect.poll(() => store.snapshot().account?.sub).toBe('grace');
  await store.fetch(`${api}/orders`, { fetch: async () => new Response() });
});
