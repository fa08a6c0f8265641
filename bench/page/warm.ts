import { connect } from '#clients/page';
import { auth0Cached } from './libraries/auth0.ts';
import { msalCached } from './libraries/msal.ts';
import { oktaCached } from './libraries/okta.ts';

/** How many tokens a turn asks for, one after the other. */
const count = 2_000;

const resource = document.body.dataset.api ?? '';
/** Each library has a token in its cache that is valid for an hour. */
const expiresAt = Date.now() + 3_600_000;

/** @returns milliseconds for one call */
async function timed(getToken: () => Promise<string>): Promise<number> {
  const token = await getToken();
  if (token === '') throw new Error('no token');
  const startedAt = performance.now();
  for (let call = 0; call < count; call += 1) await getToken();
  return (performance.now() - startedAt) / count;
}

/** What the bench asks this page to measure. */
const makers = {
  latchkey: async () => {
    const lk = await connect({ resource, scopes: ['orders:read'] });
    return async () => (await lk.getToken()).token;
  },
  okta: () => oktaCached(expiresAt),
  auth0: () => auth0Cached(expiresAt),
  msal: () => msalCached(expiresAt),
};

const ready = new Map<string, () => Promise<string>>();

async function warm(name: keyof typeof makers): Promise<number> {
  const known = ready.get(name) ?? (await makers[name]());
  ready.set(name, known);
  return timed(known);
}

Object.assign(window, { warm });
