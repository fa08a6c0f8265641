import { ownOrigin } from './authorized-fetch.ts';
import { hello } from './hello.ts';
import { createConnection, type Latchkey } from './latchkey.ts';
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
 * Connecting opens no window and requests no token. All connections of a document share one channel and its tokens, so
 * each part of a page can have its own, with its own defaults.
 *
 * @param defaults default options (`resource`, `scopes`, `minTtl`, `interactive`, …) for every call that omits them
 * @returns the connected extension
 * @throws {LatchkeyError} `not_installed` if the extension doesn't respond within one second (two attempts of 500 ms):
 *   it is missing, or turned off for this site
 * @throws {LatchkeyError} `unsupported` in an iframe or on a page without HTTPS (`http://localhost` is fine)
 * @example
 * const lk = await connect({ resource: 'https://api.example.com', scopes: ['orders:read'] });
 * const response = await lk.fetch('https://api.example.com/v1/orders');
 * const orders = await response.json();
 * @example
 * try {
 *   await connect();
 * } catch (error) {
 *   if (error instanceof LatchkeyError && error.code === 'not_installed') showInstallHint();
 *   else throw error;
 * }
 */
export function connect(defaults: Omit<TokenOptions, 'signal'> = {}): Promise<Latchkey> {
  connection ??= createConnection({
    window: globalThis.window,
    open: () => hello(globalThis.window),
    target: ownOrigin,
  });
  return connection(defaults);
}

let connection: ReturnType<typeof createConnection> | undefined;
