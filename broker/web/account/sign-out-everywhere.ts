import type { Deps } from '../../deps.ts';
import type { BrokerContext } from '../../env.ts';
import { OAuthError } from '../../errors.ts';
import { endSignIns } from '../../revocation/end-sign-ins.ts';
import type { PageSession } from '../page-session.ts';
import type { Returned } from '../page-sign-in.ts';
import { forgetSignIn } from '../remember-sign-in.ts';

/**
 * The maximum age of the sign-in that authorizes this step. It protects the person from someone who finds their
 * browser open.
 */
const freshMs = 300_000;
/** How far the provider's clock may be behind the broker's. */
const clockToleranceMs = 60_000;

/**
 * Handles the return from the provider, which was told to ask again. Ends everything of the person, including this
 * page's sign-in.
 *
 * @returns the browser's new page session, which nobody has signed in to
 */
export async function finishSigningOut(
  deps: Deps,
  c: BrokerContext,
  page: PageSession,
  { identity }: Extract<Returned, { signedIn: true }>,
  { sub }: { sub: string },
): Promise<PageSession> {
  const { now } = deps;
  const { auth_time: authTime } = identity.claims;
  // A provider that reports no `auth_time` was still told to ask again.
  const isFresh = authTime === undefined || now() - authTime * 1_000 <= freshMs + clockToleranceMs;
  if (page.person?.sub !== sub || !isFresh) {
    throw new OAuthError('access_denied', 'this was not a fresh sign-in by the same person; nothing was signed out');
  }
  await signOutEverywhere(deps, sub);
  return forgetSignIn(deps, c, page);
}

/**
 * Ends every browser, page session and device, and what is under way. Consents stay, because they are decisions, not
 * sign-ins.
 */
const signOutEverywhere = (deps: Deps, sub: string) =>
  endSignIns(deps, {
    signIns: { of: 'person', person: { sub } },
    reason: 'person',
    audit: (ended) => [{ type: 'account.signed_out_everywhere', sub, detail: { ...ended } }],
  });
