import { randomBytes } from 'node:crypto';
import * as oauth from 'oauth4webapi';
import type { UpstreamConfig } from '../config/types.ts';
import type { Offline } from '../upstream/types.ts';
import { createUpstream } from '../upstream/upstream.ts';
import { explainNoAnswer, type NoAnswer } from './no-answer.ts';
import { ask, type DoctorDeps } from './requests.ts';
import { readAnswer, type SeenAnswer } from './seen-answer.ts';

/** What the provider did with an authorization request of somebody who is not signed in. */
export type Attempt =
  /** It redirected to the redirect URI, as expected. `error` is usually `login_required`. */
  | { kind: 'back'; error: string | undefined; description: string | undefined }
  /** It refused the pushed authorization request (RFC 9126), or led to a page of its own about an error. */
  | { kind: 'refused'; error: string; description: string | undefined }
  /** It showed a page, or redirected elsewhere. */
  | { kind: 'elsewhere'; seen: SeenAnswer }
  | { kind: 'no_answer'; noAnswer: NoAnswer }
  /** The provider refused us as a client, or its metadata are of no use. Other checks say so. */
  | { kind: 'not_begun' };

/**
 * Begins a sign-in exactly as the broker does, with `prompt=none`: nobody is signed in, so the provider redirects at
 * once, with an error, and only to a redirect URI that it knows.
 */
export async function attemptAuthorization(
  deps: DoctorDeps,
  upstream: UpstreamConfig,
  { redirectUri, offline }: { redirectUri: string; offline: Offline },
): Promise<Attempt> {
  const silent = { warn: () => undefined, refused: () => undefined, accepted: () => undefined };
  const provider = createUpstream({ ...deps, config: upstream, log: silent, refusals: silent });
  const state = randomBytes(32).toString('base64url');
  let url: URL;
  try {
    url = new URL((await provider.authorizationUrl({ redirectUri, state, offline, prompt: 'none' })).url);
  } catch (error) {
    return notPushed(error, upstream);
  }
  const answer = await ask(deps, url);
  if ('noAnswer' in answer) return { kind: 'no_answer', noAnswer: answer.noAnswer };
  const location = answer.response.headers.get('Location');
  if (location !== null && isRedirectTo(redirectUri, location)) {
    return { kind: 'back', ...errorIn(new URL(location)) };
  }
  // Ory Hydra leads to an error page like this when it doesn't know the redirect URI.
  if (location !== null && URL.canParse(location, url.href)) {
    const { error, description } = errorIn(new URL(location, url));
    if (error !== undefined) return { kind: 'refused', error, description };
  }
  return { kind: 'elsewhere', seen: await readAnswer(answer.response, url) };
}

function errorIn({ search, hash }: URL): { error: string | undefined; description: string | undefined } {
  const parameters = new URLSearchParams(search || hash.slice(1));
  return {
    error: parameters.get('error') ?? undefined,
    description: parameters.get('error_description') ?? undefined,
  };
}

const isRedirectTo = (redirectUri: string, location: string): boolean =>
  location.startsWith(`${redirectUri}?`) || location.startsWith(`${redirectUri}#`);

function notPushed(error: unknown, { issuer }: UpstreamConfig): Attempt {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof oauth.ResponseBodyError)
      return cause.error === 'invalid_client' || cause.status === 401
        ? { kind: 'not_begun' }
        : { kind: 'refused', error: cause.error, description: cause.error_description };
    if (cause instanceof oauth.WWWAuthenticateChallengeError) return { kind: 'not_begun' };
    const { code } = cause as NodeJS.ErrnoException;
    if (cause.name === 'TimeoutError' || cause.cause === undefined)
      return typeof code === 'string' && code.startsWith('OAUTH_')
        ? { kind: 'not_begun' }
        : { kind: 'no_answer', noAnswer: explainNoAnswer(error, new URL(issuer)) };
  }
  return { kind: 'not_begun' };
}
