import { getCookie, setCookie } from 'hono/cookie';
import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';

/** A name of the configuration and nothing about the person. It only sorts a list. */
const cookie = '__Host-lk-provider';
const lifeSeconds = 180 * 86_400;

/** The provider that somebody signed in with last in this browser, if it is still configured. */
export function lastProvider({ upstreams }: Pick<Deps, 'upstreams'>, c: BrokerContext): string | undefined {
  const name = getCookie(c, cookie);
  return name !== undefined && upstreams.has(name) ? name : undefined;
}

/** Remembers the provider of a sign-in, for the next choice. */
export function keepLastProvider({ upstreams }: Pick<Deps, 'upstreams'>, c: BrokerContext, name: string): void {
  if (upstreams.size < 2) return;
  setCookie(c, cookie, name, { httpOnly: true, secure: true, sameSite: 'Lax', path: '/', maxAge: lifeSeconds });
}
