import { LatchkeyError } from '@latchkey/shared/errors.ts';
import { ownOrigin } from './authorized-fetch.ts';
import { createConnection, type Latchkey } from './latchkey.ts';
import type { TokenOptions } from './tokens.ts';

export type { PageErrorCode } from '@latchkey/shared/errors.ts';
export type { AccessView } from '@latchkey/shared/page-messages.ts';
export type { FetchInit } from './fetch-init.ts';
export type { Latchkey, Session } from './latchkey.ts';
export type { AccessToken, TokenOptions } from './tokens.ts';
export { LatchkeyError };

/**
 * Connects a dedicated or shared worker to the Latchkey extension, through a port that its page got from `lk.port()`
 * and transferred to it.
 *
 * The worker acts as the page: it has the page's origin, and only a click in the page lets a window open. The port
 * works as long as the page is open. After that, calls reject with `expired`; connect again with a port from another
 * page.
 *
 * @param port the transferred port
 * @param defaults default options (`resource`, `scopes`, `minTtl`, `interactive`, …) for every call that omits them
 * @returns the same interface as `connect` in a page
 * @throws {LatchkeyError} `unsupported` in a service worker, which outlives the pages that it serves
 * @example
 * // page
 * const port = await lk.port();
 * worker.postMessage({ port }, [port]);
 *
 * // worker
 * self.onmessage = async ({ data }) => {
 *   const lk = await connectPort(data.port, { resource: 'https://api.example.com', scopes: ['orders:read'] });
 *   const response = await lk.fetch('https://api.example.com/v1/orders');
 * };
 */
export async function connectPort(port: MessagePort, defaults: Omit<TokenOptions, 'signal'> = {}): Promise<Latchkey> {
  // Only service workers have `registration`.
  if ('registration' in globalThis) {
    throw new LatchkeyError({
      code: 'unsupported',
      message: 'Service workers are not supported. Use the page, or a dedicated or shared worker.',
    });
  }
  const ports = [port];
  const open = async () => {
    const given = ports.pop();
    if (given) return given;
    throw new LatchkeyError({
      code: 'expired',
      message: 'The page of this port was closed. Get a port from another page.',
    });
  };
  return createConnection({
    window: globalThis,
    open,
    target: ownOrigin,
  })(defaults);
}
