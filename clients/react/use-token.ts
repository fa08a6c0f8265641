import type { AccessToken, LatchkeyError, TokenOptions } from '@latchkey/page';
import { useEffect, useState } from 'react';
import { useShared } from './context.ts';
import type { Snapshot } from './store.ts';
import { retryAfter } from './worth-retrying.ts';

interface Held {
  token?: AccessToken;
  error?: LatchkeyError;
}

/**
 * An access token for code that can't use `fetch`, such as a WebSocket. It is renewed `minTtl` seconds before it expires,
 * and gone at once when the session, the account or the access may have changed, until there is a new one.
 *
 * @param options default: the provider's. Without `interactive` and `signal`, because no click is behind it
 * @returns the token, or why there is none; neither while it is on its way
 * @throws {Error} outside of a `LatchkeyProvider`
 */
export function useToken(options: Omit<TokenOptions, 'interactive' | 'signal'> = {}): Held {
  const { store, snapshot } = useShared();
  const [held, setHeld] = useState<Held & { of?: Snapshot }>({});
  const key = JSON.stringify(options);

  useEffect(() => {
    if (snapshot.state !== 'ready' && snapshot.state !== 'not_connected') return;
    const { minTtl = store.defaults.minTtl ?? 5 } = JSON.parse(key);
    let over = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = (next: Held, waitMs: number | undefined) => {
      if (over) return;
      setHeld({ ...next, of: snapshot });
      if (waitMs !== undefined) timer = setTimeout(get, Math.max(waitMs, 1_000));
    };
    const get = (): Promise<void> =>
      store.getToken(JSON.parse(key)).then(
        (token) => show({ token }, token.expiresAt - Date.now() - minTtl * 1_000),
        (error) => show({ error }, retryAfter(error, 5_000)),
      );
    void get();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [store, snapshot, key]);

  const { of, ...current } = held;
  return of === snapshot ? current : {};
}
