import { sleep as realSleep, type Sleep } from '@latchkey/shared/sleep.ts';
import type { Clock } from '@latchkey/shared/time.ts';
import {
  type DeviceAuthorizationResponse,
  deviceAuthorizationRequest,
  deviceCodeGrantRequest,
  processDeviceAuthorizationResponse,
  processDeviceCodeResponse,
} from 'oauth4webapi';
import { DeviceError } from './device-error.ts';
import { discover, type Server, type ServerOptions } from './server.ts';
import { type Tokens, toTokens } from './tokens.ts';

/** Options of {@link deviceLogin}. */
export interface DeviceLoginOptions extends ServerOptions {
  /** Scopes, separated by spaces. Default: all that the broker allows this client. */
  scope?: string | undefined;
  /** The API that the tokens are for (RFC 8707). Default: the broker's choice for this client. */
  resource?: string | undefined;
  /**
   * Who shall sign in: an e-mail address, or the user name at the provider. If the broker has number matching for this client,
   * that person's browsers ask by themselves, and `number` of {@link LoginState} is what they pick. Else it does nothing.
   */
  loginHint?: string | undefined;
  /** Clock, in milliseconds since the epoch. Default `Date.now`. */
  now?: Clock | undefined;
  /** Default: `setTimeout`. */
  sleep?: Sleep | undefined;
}

/** Progress of a device sign-in: `code` once, then `waiting` about every second, and `done` last. */
export type LoginState =
  | {
      type: 'code';
      user_code: string;
      verification_uri: string;
      /** The URL with the code included, for a QR code. */
      verification_uri_complete?: string | undefined;
      /**
       * Two digits. Show them beside the code: whoever `loginHint` names can pick them in the Latchkey extension of their
       * browser instead. Absent if nobody was asked.
       */
      number?: string | undefined;
      /** When the code expires, NumericDate (seconds since the epoch). */
      expires_at: number;
    }
  | {
      type: 'waiting';
      seconds_left: number;
      /** The last poll failed. Polling continues with longer pauses. */
      unreachable: boolean;
      /** The last answer was a page of the network, such as a captive portal. */
      network_page: boolean;
    }
  | { type: 'done'; tokens: Tokens };

const slowDownSeconds = 5;
const longestWaitSeconds = 60;

/**
 * Signs in with the device authorization grant: show the code, and wait until the user approves it on another device.
 *
 * Leave the loop or abort `signal` to stop polling. Nothing is stored.
 *
 * @returns yields the code, then the progress, then the tokens
 * @throws {DeviceError} `access_denied` if the user denies the request
 * @throws {DeviceError} `expired_token` if nobody approves before the code expires
 * @throws {DeviceError} `refused` if the broker rejects the client, the scope or the resource
 * @throws {DeviceError} `unreachable`, `bad_answer` or `invalid_issuer` if the broker can't be used
 * @throws the signal's reason, if it aborts
 * @see RFC 8628
 * @example
 * for await (const state of deviceLogin({ issuer: 'https://latchkey.example.com', clientId: 'tv' })) {
 *   if (state.type === 'code') show(state.user_code, state.verification_uri_complete);
 *   if (state.type === 'done') return state.tokens;
 * }
 */
export async function* deviceLogin(options: DeviceLoginOptions): AsyncGenerator<LoginState, void, undefined> {
  const { now = () => Date.now(), sleep = realSleep, signal } = options;
  const server = await discover(options);
  const device = await begin(server, options);
  const expiresAt = now() + device.expires_in * 1_000;
  yield {
    type: 'code',
    user_code: device.user_code,
    verification_uri: device.verification_uri,
    verification_uri_complete: device.verification_uri_complete,
    ...numberOf(device),
    expires_at: Math.floor(expiresAt / 1_000),
  };

  let interval = device.interval ?? 5;
  let wait = interval;
  let failure: DeviceError | undefined;
  for (;;) {
    const pollAt = now() + wait * 1_000;
    while (now() < pollAt) {
      const left = expiresAt - now();
      if (left <= 0)
        throw failure ?? new DeviceError('expired_token', 'The code expired before it was approved. Try again.');
      yield {
        type: 'waiting',
        seconds_left: Math.ceil(left / 1_000),
        unreachable: failure !== undefined,
        network_page: failure?.networkPage ?? false,
      };
      await sleep(Math.min(1_000, pollAt - now(), left), signal);
    }
    try {
      const tokens = await poll(server, device.device_code, now);
      yield { type: 'done', tokens };
      return;
    } catch (error) {
      const known = error instanceof DeviceError ? error : undefined;
      failure = known?.code === 'unreachable' ? known : undefined;
      if (known?.error === 'authorization_pending') wait = interval;
      else if (known?.error === 'slow_down') {
        interval += slowDownSeconds;
        wait = interval;
      } else if (failure) {
        // RFC 8628 §3.5: back off exponentially, and return to the usual interval after a response.
        wait = Math.max(Math.min(wait * 2, longestWaitSeconds), failure.retryAfter ?? 0);
      } else throw error;
    }
  }
}

async function begin(
  { as, client, auth, http, attempt }: Server,
  { scope, resource, loginHint }: DeviceLoginOptions,
): Promise<DeviceAuthorizationResponse> {
  if (!as.device_authorization_endpoint) {
    throw new DeviceError(
      'refused',
      `Device sign-in isn't enabled on ${as.issuer} (no "devices" in its configuration).`,
    );
  }
  const parameters = new URLSearchParams();
  if (scope !== undefined) parameters.set('scope', scope);
  if (resource !== undefined) parameters.set('resource', resource);
  if (loginHint !== undefined) parameters.set('login_hint', loginHint);
  return attempt(async () =>
    processDeviceAuthorizationResponse(
      as,
      client,
      await deviceAuthorizationRequest(as, client, auth, parameters, http),
    ),
  );
}

/** Other servers may mean something else by it. */
function numberOf({ latchkey_number: number }: DeviceAuthorizationResponse): { number?: string } {
  return typeof number === 'string' && /^\d\d$/.test(number) ? { number } : {};
}

async function poll({ as, client, auth, http, attempt }: Server, deviceCode: string, now: Clock): Promise<Tokens> {
  return attempt(async () => {
    const response = await deviceCodeGrantRequest(as, client, auth, deviceCode, http);
    return toTokens(await processDeviceCodeResponse(as, client, response), now());
  });
}
