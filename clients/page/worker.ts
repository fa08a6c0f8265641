import { LatchkeyError } from '@latchkey/shared/errors.ts';
import { createLatchkey, type Latchkey } from './latchkey.ts';
import type { TokenOptions } from './tokens.ts';

export type { PageErrorCode } from '@latchkey/shared/errors.ts';
export type { AccessView } from '@latchkey/shared/page-messages.ts';
export type { FetchInit } from './fetch-init.ts';
export type { Latchkey, Session } from './latchkey.ts';
export type { AccessToken, TokenOptions } from './tokens.ts';
export { LatchkeyError };

/**
 * Connects a dedicated or shared worker, by a port that its page got from `lk.port()` and transferred. It asks as the
 * page: what may open a window is a click in the page.
 *
 * Calls reject with `expired` once the page is gone; another port, of this page or another one, goes on.
 *
 * @param defaults `resource`, `scopes`, `minTtl` and `interactive` for every call that does not name its own
 * @throws {LatchkeyError} `unsupported` in a service worker, which outlives the pages that it serves
 */
export async function connectPort(port: MessagePort, defaults: Omit<TokenOptions, 'signal'> = {}): Promise<Latchkey> {
  // Which only a service worker has.
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
  return createLatchkey({
    defaults,
    window: globalThis,
    open,
    // Looked up at each call: a bare reference throws in browsers.
    fetch: (input, init) => globalThis.fetch(input, init),
    now: () => Date.now(),
  });
}
