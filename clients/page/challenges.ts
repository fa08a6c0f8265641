import type { Channel } from './channel.ts';
import type { FetchInit } from './fetch-init.ts';
import type { AccessToken, TokenOptions, Tokens } from './tokens.ts';

export interface Challenged {
  token: AccessToken;
  /** The response to the first attempt, if the token is a bearer token. */
  response: Response | undefined;
  tokens: Tokens;
  channel: Channel;
  /** What `fetch` was called with, if it is a `Request`. */
  template: Request | undefined;
  wanted: FetchInit;
  send(authorization: string, proof?: string): Promise<Response>;
  url: URL;
}

/** Making a proof never waits for the user. */
const proofDeadlineMs = 30_000;

/** The last nonce of each API, by origin (RFC 9449 §8.2). */
const nonces = new Map<string, string>();

/**
 * Sends DPoP-bound tokens with a proof, and answers the API's challenges: for a nonce (RFC 9449 §9), for a stronger or
 * more recent sign-in (RFC 9470), or for a newer token (RFC 6750 §3.1). It retries once for each. A streamed body
 * can't be sent again, so the page gets the challenge.
 *
 * @throws {LatchkeyError} `not_signed_in` if this site has another account by now: the request was not made for that one
 */
export async function answerChallenges(challenged: Challenged): Promise<Response> {
  const { token, tokens, wanted } = challenged;
  const canRepeat = !(wanted.body instanceof ReadableStream);
  const response = challenged.response ?? (await sendBound(challenged, wanted, canRepeat));
  if (response.status !== 401 || !canRepeat) return response;

  const challenge = response.headers.get('www-authenticate');
  const demand = stepUpOf(challenge);
  if (!demand && !refusesToken(challenge)) return response;
  // A token that expires later than the refused one is a newer one.
  const left = Math.max(0, token.expiresAt - Date.now()) / 1_000;
  const asked = { ...wanted, ...(demand ?? { minTtl: Math.ceil(left) + 1 }) };
  let next = await tokens.get(asked);
  if (!demand && next.token === token.token) return response;
  await response.body?.cancel();
  // The extension refuses it, unless the account was changed back. Not asked for by name at once: tokens are kept by it, and
  // other requests would begin with the refused one.
  const profile = subjectOf(token);
  if (subjectOf(next) !== profile) next = await tokens.get({ ...asked, profile });
  return next.type === 'Bearer' ? challenged.send(`Bearer ${next.token}`) : sendBound(challenged, wanted, canRepeat);
}

/** The extension holds the key, so it returns the token and the proof together. */
async function sendBound(challenged: Challenged, wanted: FetchInit, again: boolean): Promise<Response> {
  const { token, channel, send, template, url } = challenged;
  const { origin, href } = url;
  const method = (wanted.method ?? template?.method ?? 'GET').toUpperCase();
  const { resource = '', scopes = [], minTtl = 5, profile = subjectOf(token), signal } = wanted;
  const nonce = nonces.get(origin);
  const { access_token, proof } = await channel.call(
    'token.proof',
    {
      resource,
      scopes: [...scopes],
      min_ttl_s: Math.ceil(minTtl),
      profile,
      method,
      url: href,
      ...(nonce ? { nonce } : {}),
    },
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

/** Whose token it is. The extension has compared it with the account before it gave the token away. */
function subjectOf({ token }: AccessToken): string | undefined {
  try {
    return JSON.parse(atob(token.split('.')[1]?.replaceAll('-', '+').replaceAll('_', '/') ?? '')).sub;
  } catch {
    // A stand-in for the extension may have tokens of another form.
    return undefined;
  }
}

/** If the API doesn't expose `WWW-Authenticate` across origins, the status is all there is to decide by. */
const refusesToken = (challenge: string | null): boolean =>
  challenge === null || /\berror="?invalid_token\b/.test(challenge);

/** The authentication requirements of a challenge (RFC 9470 §3). */
function stepUpOf(challenge: string | null): Pick<TokenOptions, 'acrValues' | 'maxAge'> | undefined {
  if (!challenge || !/\berror="?insufficient_user_authentication\b/.test(challenge)) return undefined;
  const value = (name: string) => new RegExp(`\\b${name}="?([^",]+)`).exec(challenge)?.[1];
  const maxAge = Number(value('max_age') ?? Number.NaN);
  return { acrValues: value('acr_values'), maxAge: Number.isInteger(maxAge) ? maxAge : undefined };
}
