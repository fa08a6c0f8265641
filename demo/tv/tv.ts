import { DeviceError, deviceLogin, refresh, revoke, type Tokens } from '#clients/device';
import type { Order } from '../api/orders.ts';

/** What the television shows. */
export type Screen =
  | { type: 'code'; userCode: string; page: string; link: string }
  | { type: 'orders'; name: string; orders: readonly Order[] }
  | { type: 'denied' }
  | { type: 'trouble' };

export interface Tv {
  /** The current screen. The first call starts the sign-in. */
  screen(): Promise<Screen>;
  /** Revokes the tokens and forgets an earlier denial. */
  startOver(): Promise<void>;
  close(): void;
}

interface TvOptions {
  issuer: string;
  /** The API's base URL, which is also the resource's name. */
  api: string;
  now: () => number;
}

/** How many more seconds a token must be valid. */
const leeway = 3;

/** A television without a keyboard: a typical client of `@latchkey/device` that keeps its tokens on the server. */
export function createTv({ issuer, api, now }: TvOptions): Tv {
  const client = { issuer, clientId: 'tv' };
  let tokens: Tokens | undefined;
  let waiting: Screen | undefined;
  let signIn: { begun: Promise<void>; stop: AbortController } | undefined;

  /** Shows the code and waits in the background. Resolves as soon as there is something to show. */
  function beginSignIn(): Promise<void> {
    const stop = new AbortController();
    const { promise: begun, resolve } = Promise.withResolvers<void>();
    signIn = { begun, stop };
    void waitForSignIn(stop.signal, resolve)
      .catch((error: unknown) => {
        if (stop.signal.aborted) return;
        // No one entered the code in time: request the next one.
        const isOver = error instanceof DeviceError && error.code === 'expired_token';
        const isDenied = error instanceof DeviceError && error.code === 'access_denied';
        waiting = isOver ? undefined : { type: isDenied ? 'denied' : 'trouble' };
        if (!isDenied) signIn = undefined;
      })
      .finally(resolve);
    return begun;
  }

  async function waitForSignIn(signal: AbortSignal, show: () => void): Promise<void> {
    for await (const state of deviceLogin({ ...client, signal })) {
      if (state.type === 'code') {
        const { user_code: userCode, verification_uri: page, verification_uri_complete: link = page } = state;
        waiting = { type: 'code', userCode, page, link };
        show();
      }
      if (state.type === 'done') {
        tokens = state.tokens;
        waiting = undefined;
      }
    }
  }

  async function accessToken(): Promise<string | undefined> {
    if (tokens && tokens.expires_at < now() / 1_000 + leeway) {
      const { refresh_token: refreshToken } = tokens;
      tokens = refreshToken === undefined ? undefined : await refresh({ ...client, refreshToken });
    }
    return tokens?.access_token;
  }

  async function ask<Answer>(path: string, token: string): Promise<Answer> {
    const answer = await fetch(`${api}${path}`, { headers: { authorization: `Bearer ${token}` } });
    if (!answer.ok) throw new Error(`the API answered ${answer.status}`);
    return (await answer.json()) as Answer;
  }

  async function orders(): Promise<Screen | undefined> {
    try {
      const token = await accessToken();
      if (token === undefined) return undefined;
      const [{ name }, list] = await Promise.all([
        ask<{ name: string }>('/whoami', token),
        ask<Order[]>('/orders', token),
      ]);
      return { type: 'orders', name, orders: list };
    } catch (error) {
      if (!(error instanceof DeviceError) || error.code !== 'invalid_grant') return { type: 'trouble' };
      // Signed out elsewhere: at /account, by the provider, or by an administrator.
      tokens = undefined;
      signIn = undefined;
      return undefined;
    }
  }

  return {
    async screen() {
      const shown = await orders();
      if (shown) return shown;
      await (signIn?.begun ?? beginSignIn());
      return waiting ?? { type: 'trouble' };
    },
    async startOver() {
      signIn?.stop.abort();
      const refreshToken = tokens?.refresh_token;
      tokens = undefined;
      waiting = undefined;
      signIn = undefined;
      if (refreshToken !== undefined) await revoke({ ...client, refreshToken });
    },
    close: () => signIn?.stop.abort(),
  };
}
