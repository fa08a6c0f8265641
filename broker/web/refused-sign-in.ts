import type { Config } from '../config/types.ts';
import { OAuthError } from '../errors.ts';
import { errorUrl } from '../oauth/authorization-response.ts';
import type { RefusalKind, SignInRefusal } from '../upstream/sign-in-refusal.ts';
import type { Landing } from './landing.ts';
import { resultUrl } from './page-result.ts';
import type { Purpose } from './page-sign-in.ts';
import type { Place, RefusedSignIn } from './pages/refused-page.ts';

/** Where a person lands whom the provider didn't sign in. A client that waits for its response is told. */
export function refusedLanding(config: Config, purpose: Purpose, refusal: SignInRefusal, provider: string): Landing {
  const { kind, error } = refusal;
  const view: RefusedSignIn = { kind, error, provider, place: placeOf(purpose), retry: retryPath(purpose) };
  const result = { type: 'refused', view } as const;
  if (purpose.type !== 'authorize' && purpose.type !== 'authorize_allow') return { result };
  const told = new OAuthError(clientCodes[kind], `the identity provider refused the sign-in (${error})`);
  return { to: errorUrl(config, purpose.request, told), result };
}

/** RFC 6749 §4.1.2.1. What the person or an administrator must do is nothing that the client could do. */
const clientCodes = {
  denied: 'access_denied',
  interaction: 'access_denied',
  unavailable: 'temporarily_unavailable',
  setup: 'server_error',
} as const satisfies Record<RefusalKind, string>;

export function placeOf({ type }: Purpose): Place {
  switch (type) {
    case 'code':
    case 'allow':
      return 'device';
    case 'authorize':
    case 'authorize_allow':
      return 'program';
    case 'account':
      return 'account';
    case 'sign_out_everywhere':
      return 'everywhere';
  }
}

/** Where the person can try again, with what they have entered. A program starts anew by itself. */
function retryPath(purpose: Purpose): string | undefined {
  switch (purpose.type) {
    case 'code':
      return `/device?user_code=${purpose.userCode}`;
    case 'allow':
      return resultUrl(purpose.ticket);
    case 'account':
    case 'sign_out_everywhere':
      return '/account';
    default:
      return undefined;
  }
}
