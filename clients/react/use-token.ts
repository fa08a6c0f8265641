import { useEffect, useState } from 'react';
import { holdToken } from '../frameworks/hold-token.ts';
import type { HeldToken, KeptTokenOptions } from '../frameworks/keep-token.ts';
import type { Snapshot } from '../frameworks/store.ts';
import { useShared } from './context.ts';

/**
 * An access token for code that can't use `fetch`, such as a WebSocket. It is renewed `minTtl` seconds before it expires,
 * and gone at once when the session, the account or the access may have changed, until there is a new one.
 *
 * @param options default: the provider's. Without `interactive` and `signal`, because no click is behind it
 * @returns the token, or why there is none; neither while it is on its way
 * @throws {Error} outside of a `LatchkeyProvider`
 */
export function useToken(options: KeptTokenOptions = {}): HeldToken {
  const { store, snapshot } = useShared();
  const [held, setHeld] = useState<HeldToken & { of?: Snapshot }>({});
  const key = JSON.stringify(options);
  useEffect(
    () => holdToken(store, snapshot, JSON.parse(key), (next) => setHeld({ ...next, of: snapshot })),
    [store, snapshot, key],
  );
  const { of, ...current } = held;
  return of === snapshot ? current : {};
}
