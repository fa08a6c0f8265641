import type { UpstreamConfig } from '../config/types.ts';
import { type Attempt, attemptAuthorization } from './authorization-attempt.ts';
import { about, type Finding } from './finding.ts';
import type { DoctorDeps } from './requests.ts';
import { quoted } from './seen-answer.ts';

/** An address that no provider knows: what it does with this one is how it refuses. */
const unregistered = 'https://latchkey.invalid/callback';

/**
 * Whether the provider knows a redirect URI.
 *
 * @param isClientKnown false if the provider rejected client_id or the secret, so that a refusal may have that reason
 */
export async function checkRedirectUri(
  deps: DoctorDeps,
  upstream: UpstreamConfig,
  redirectUri: string,
  isClientKnown: boolean,
): Promise<Finding> {
  const redirect = about(`${upstream.name}: redirect URI`);
  // Scopes have a check of their own.
  const attempt = (uri: string) =>
    attemptAuthorization(deps, { ...upstream, scopes: ['openid'] }, { redirectUri: uri, offline: false });
  const unsure = (why: string) =>
    redirect.warning(
      `couldn't verify ${redirectUri}: ${why}`,
      `Sign in once, or compare this redirect URI with the ones that are registered at the provider, letter by letter.`,
    );
  const registered = redirect.ok(`${redirectUri} is registered`);
  const seen = await attempt(redirectUri);
  switch (seen.kind) {
    case 'back':
      return registered;
    case 'not_begun':
      return redirect.warning(
        'not checked, because the provider refuses the request before it looks at the redirect URI',
        'Fix the client problem above, then run doctor again.',
      );
    case 'no_answer':
      return unsure(seen.noAnswer.what);
    default: {
      if (!isClientKnown) {
        return redirect.warning(
          'not checked, because the provider rejects the client',
          'Fix the client problem above, then run doctor again.',
        );
      }
      if (seen.kind === 'elsewhere' && (seen.seen.status === 429 || seen.seen.status >= 500))
        return unsure(seen.seen.words);
      const isRefusal = seen.kind === 'refused' || seen.seen.status >= 400;
      if (!isRefusal) {
        // A page of its own, for sign-in or for an error. It is the former if an unknown redirect URI gets another one.
        if (!isSame(await attempt(unregistered), seen)) return registered;
        return unsure(
          `the provider answers with ${seen.seen.words}, as it does for a redirect URI that is not registered`,
        );
      }
      return redirect.failed(
        `${redirectUri}: the provider does not send the browser back to it, but answers with ${inWords(seen)}`,
        'Register this exact redirect URI (including any trailing slash) for this client at the provider.',
      );
    }
  }
}

type Other = Extract<Attempt, { kind: 'elsewhere' | 'refused' }>;

const inWords = (seen: Other): string =>
  seen.kind === 'elsewhere'
    ? seen.seen.words
    : `the error ${quoted(seen.error)}${seen.description === undefined ? '' : `: ${quoted(seen.description, 300)}`}`;

const isSame = (one: Attempt, other: Other): boolean =>
  one.kind === 'elsewhere' &&
  other.kind === 'elsewhere' &&
  one.seen.status === other.seen.status &&
  one.seen.leadsTo === other.seen.leadsTo;
