import type { FetchInit } from '@latchkey/page';
import { retryAfter } from './worth-retrying.ts';

export type Fetch = (input: RequestInfo | URL, init?: FetchInit) => Promise<Response>;

/**
 * Repeats what is worth it. What decides that is loaded only after a request that didn't succeed.
 *
 * @param account `sub` of who is shown. A request belongs to this account from its first attempt that knows one: if another
 *   account is chosen meanwhile, it fails with `not_signed_in`
 */
export const retrying =
  (send: Fetch, account: () => string | undefined): Fetch =>
  async (input, init) => {
    let profile = init?.profile;
    const once = () => {
      profile ??= account();
      return send(input, { ...init, profile });
    };
    const first = once();
    const isFine = await first.then(
      ({ ok }) => ok,
      () => false,
    );
    if (isFine) return first;
    return import('./repeat.ts').then(
      ({ repeat }) => repeat(first, once, { input, init, tokenWait: retryAfter }),
      // Without a network, this may not load, and the first outcome says more.
      () => first,
    );
  };
