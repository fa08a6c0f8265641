import type { AccessToken, LatchkeyError, TokenOptions } from '@latchkey/page';
import type { Snapshot, Store } from './store.ts';
import type { retryAfter } from './worth-retrying.ts';

/** A token, or why there is none; neither while it is on its way. */
export interface HeldToken {
  token?: AccessToken;
  error?: LatchkeyError;
}

/** Which token. Without `interactive` and `signal`, because no click is behind it. */
export type KeptTokenOptions = Omit<TokenOptions, 'interactive' | 'signal'>;

/**
 * Gets a token and renews it `minTtl` seconds before it expires. Begin anew after each change of the snapshot, because the
 * token may then be another account's.
 *
 * Few pages need it, so it is loaded then.
 *
 * @param show takes each token, and each error
 * @param tokenWait which errors of the extension are worth another try; passed in, so that this module can be loaded alone
 * @param signal stops it
 */
export function keepToken(
  store: Store,
  { state, account }: Snapshot,
  options: KeptTokenOptions,
  { show, tokenWait, signal }: { show: (held: HeldToken) => void; tokenWait: typeof retryAfter; signal: AbortSignal },
): void {
  if (state !== 'ready' && state !== 'not_connected') return;
  const { minTtl = store.defaults.minTtl ?? 5 } = options;
  const wish = { profile: store.defaults.profile ?? account?.sub, ...options };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const next = (held: HeldToken, waitMs: number | undefined) => {
    if (signal.aborted) return;
    show(held);
    if (waitMs !== undefined) timer = setTimeout(get, Math.max(waitMs, 1_000));
  };
  const get = (): Promise<void> =>
    store.getToken(wish).then(
      (token) => next({ token }, token.expiresAt - Date.now() - minTtl * 1_000),
      (error) => next({ error }, tokenWait(error, 5_000)),
    );
  void get();
  signal.addEventListener('abort', () => clearTimeout(timer));
}
