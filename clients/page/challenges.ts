import type { Clock } from '@latchkey/shared/time.ts';
import type { Channel } from './channel.ts';
import type { FetchInit } from './fetch-init.ts';
import type { AccessToken, TokenOptions, Tokens } from './tokens.ts';

export interface Challenged {
  token: AccessToken;
  /** The answer to the first try with a bearer token. */
  response: Response | undefined;
  tokens: Tokens;
  channel: Channel;
  now: Clock;
  wanted: FetchInit;
  send(authorization: string, proof?: string): Promise<Response>;
  method: string;
  url: string;
}

/** No person is asked for a proof. */
const proofDeadlineMs = 30_000;

/** The last nonce of each API (RFC 9449 §8.2), by its origin. */
const nonces = new Map<string, string>();

/**
 * Sends bound tokens with a proof, and answers what an API may ask for: its nonce (RFC 9449 §9), a stronger or
 * fresher sign-in (RFC 9470), a younger token (RFC 6750 §3.1). Each once, and none where the body was a
 * stream, which can't be sent again: the page then gets the challenge.
 */
export async function answerChallenges(challenged: Challenged): Promise<Response> {
  const { token, tokens, now, wanted } = challenged;
  const canRepeat = !(wanted.body instanceof ReadableStream);
  const response = challenged.response ?? (await sendBound(challenged, wanted, canRepeat));
  if (response.status !== 401 || !canRepeat) return response;

  const challenge = response.headers.get('www-authenticate');
  const demand = stepUpOf(challenge);
  if (!demand && !refusesToken(challenge)) return response;
  // Nothing younger exists than what lives longer than the refused token still would.
  const left = Math.max(0, token.expiresAt - now()) / 1_000;
  const asked = { ...wanted, ...(demand ?? { minTtl: Math.ceil(left) + 1 }) };
  const next = await tokens.get(asked);
  if (!demand && next.token === token.token) return response;
  await response.body?.cancel();
  return next.type === 'Bearer' ? challenged.send(`Bearer ${next.token}`) : sendBound(challenged, wanted, canRepeat);
}

/** Token and proof come in one message: the key is the extension's. */
async function sendBound(challenged: Challenged, wanted: FetchInit, again: boolean): Promise<Response> {
  const { channel, send, method, url } = challenged;
  const { origin } = new URL(url);
  const { resource = '', scopes = [], minTtl = 5, profile, signal } = wanted;
  const nonce = nonces.get(origin);
  const { access_token, proof } = await channel.call(
    'token.proof',
    { resource, scopes: [...scopes], min_ttl_s: Math.ceil(minTtl), profile, method, url, ...(nonce ? { nonce } : {}) },
    proofDeadlineMs,
    signal ?? undefined,
  );
  const response = await send(`DPoP ${access_token}`, proof);
  const fresh = response.headers.get('dpop-nonce');
  if (fresh) nonces.set(origin, fresh);
  if (!again || !/\buse_dpop_nonce\b/.test(response.headers.get('www-authenticate') ?? '')) return response;
  await response.body?.cancel();
  return sendBound(challenged, wanted, false);
}

/** An API that does not expose `WWW-Authenticate` across origins leaves only the status to go by. */
const refusesToken = (challenge: string | null): boolean =>
  challenge === null || /\berror="?invalid_token\b/.test(challenge);

/** What a challenge asks of the sign-in (RFC 9470 §3). */
function stepUpOf(challenge: string | null): Pick<TokenOptions, 'acrValues' | 'maxAge'> | undefined {
  if (!challenge || !/\berror="?insufficient_user_authentication\b/.test(challenge)) return undefined;
  const value = (name: string) => new RegExp(`\\b${name}="?([^",]+)`).exec(challenge)?.[1];
  const maxAge = Number(value('max_age') ?? Number.NaN);
  return { acrValues: value('acr_values'), maxAge: Number.isInteger(maxAge) ? maxAge : undefined };
}
