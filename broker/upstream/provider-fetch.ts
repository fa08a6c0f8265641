import { cappedFetch } from '@latchkey/shared/capped-fetch.ts';

/** Nothing that a provider has to say is longer: metadata, keys, tokens, claims. */
export const maxProviderBytes = 1_048_576;

/** Wraps the `fetch` that reaches providers. Every response of theirs is limited, also those that are errors. */
export const providerFetch = (fetch: typeof globalThis.fetch): typeof globalThis.fetch =>
  cappedFetch(fetch, maxProviderBytes);
