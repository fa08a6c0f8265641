import type { Deps } from '../../deps.ts';
import type { BrokerContext } from '../../env.ts';
import { OAuthError } from '../../errors.ts';
import { networkOf } from '../../middleware/network.ts';
import { findDeviceRequest } from '../../oauth/find-device-request.ts';
import type { Upstream } from '../../upstream/types.ts';
import type { Landing } from '../landing.ts';
import type { PageSession } from '../page-session.ts';
import { type Purpose, startSignIn } from '../page-sign-in.ts';

/** Compares the code once the person is known. A correct code leads to the question. */
export async function compareEnteredCode(
  deps: Deps,
  c: BrokerContext,
  page: PageSession,
  upstream: Upstream,
  { userCode, forced }: Extract<Purpose, { type: 'code' }>,
): Promise<Landing> {
  const { person } = page;
  if (!person) throw new OAuthError('invalid_request', 'not signed in; enter the code again');
  const { sub, groups } = person;
  const found = await findDeviceRequest(deps, { sub, groups, network: c.get('network'), userCode });
  switch (found.outcome) {
    case 'too_many':
      c.set('failed', { kind: 'user_code_locked', sub });
      return { result: { type: 'message', name: 'too_many' } };
    case 'not_allowed':
      return { result: { type: 'message', name: 'not_allowed' } };
    case 'wrong':
      c.set('failed', { kind: 'user_code', sub });
      return { result: { type: 'wrong_code', userCode } };
  }
  const { grant } = found;
  if (networkOf(grant.ip ?? '') !== c.get('network') && !forced) {
    // An attacker who lures a person to this page relies on a sign-in that goes unnoticed (RFC 10027).
    const purpose = { type: 'code', userCode, forced: true } as const;
    const to = await startSignIn(deps, page, upstream, purpose, { offline: false, prompt: 'login' });
    return { to, result: { type: 'path', path: `/device?user_code=${userCode}` } };
  }
  return { result: { type: 'device', deviceCodeHash: grant.deviceCodeHash, userCode } };
}
