import type { FetchInit } from '@latchkey/page';
import type { Outcome } from './repeat.ts';
import { retryAfter } from './worth-retrying.ts';

export type Fetch = (input: RequestInfo | URL, init?: FetchInit) => Promise<Response>;

/** Repeats what is worth it. What decides that is loaded only after a request that didn't succeed. */
export const retrying =
  (send: Fetch): Fetch =>
  async (input, init) => {
    const once = (): Promise<Outcome> => send(input, init).catch((thrown) => ({ thrown }));
    let outcome = await once();
    if (!('ok' in outcome && outcome.ok)) {
      // Without a network, this may not load, and the first outcome says more.
      const loaded = await import('./repeat.ts').catch(() => undefined);
      if (loaded) outcome = await loaded.repeat(outcome, once, { input, init, tokenWait: retryAfter });
    }
    if ('thrown' in outcome) throw outcome.thrown;
    return outcome;
  };
