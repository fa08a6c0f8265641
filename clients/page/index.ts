import { hello } from './hello.ts';
import { createLatchkey, type Latchkey } from './latchkey.ts';
import type { TokenOptions } from './tokens.ts';

export { LatchkeyError, type PageErrorCode } from '@latchkey/shared/errors.ts';
export type { AccessView } from '@latchkey/shared/page-messages.ts';
export type { FetchInit } from './fetch-init.ts';
export { whenInstalled } from './installed.ts';
export type { Latchkey, Session } from './latchkey.ts';
export type { AccessToken, TokenOptions } from './tokens.ts';

/**
 * Connects this page to the Latchkey extension.
 *
 * @param defaults `resource`, `scopes`, `minTtl` and `interactive` for every call that does not name its own
 * @throws {LatchkeyError} `not_installed` about a second after nobody has answered
 * @example
 * const lk = await connect({ resource: 'https://api.example.com', scopes: ['orders:read'] });
 * const orders = await lk.fetch('https://api.example.com/v1/orders').then((answer) => answer.json());
 */
export function connect(defaults: Omit<TokenOptions, 'signal'> = {}): Promise<Latchkey> {
  return createLatchkey({
    defaults,
    window: globalThis.window,
    open: () => hello(globalThis.window),
    // Looked up at each call and called as a method of nothing: a bare reference throws in browsers.
    fetch: (input, init) => globalThis.fetch(input, init),
    now: () => Date.now(),
  });
}
