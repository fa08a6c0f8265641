import { randomBytes } from 'node:crypto';
import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { OAuthError } from '../errors.ts';
import { loginHintOf } from '../upstream/login-hint.ts';
import type { Identity } from '../upstream/types.ts';
import { newPageSession, type PageSession, pageSessionHash, writePageSession } from './page-session.ts';

/** As long as the longest email address (RFC 5321 §4.5.3.1). */
const longestHint = 320;

/**
 * Creates a new page session after a sign-in, so that an ID from before the sign-in is worthless afterwards.
 *
 * @param before the browser's previous page session
 * @throws {OAuthError} `access_denied` if the sign-in was ended before it was finished
 */
export async function rememberSignIn(
  deps: Pick<Deps, 'config' | 'ring' | 'store' | 'now'>,
  c: BrokerContext,
  before: PageSession,
  { identity, upstream, beganAt }: { identity: Identity; upstream: string; beganAt: number },
): Promise<PageSession> {
  const { store, now } = deps;
  const { issuer, idpSub, sid, issuedAt, claims } = identity;
  const { name, email, groups } = claims;
  const newSub = randomBytes(16).toString('base64url');
  const { sub } = await store.upsertPerson({ issuer, idpSub, upstream, newSub, name, email }, now());
  const loginHint = loginHintOf(deps.config.upstreams.get(upstream), claims)?.slice(0, longestHint);
  const session = { ...newPageSession(now()), person: { sub, upstream, name, email, loginHint, groups } };
  const { expiresAt } = session;
  const outcome = await store.insertPageSession(
    { id: pageSessionHash(session), sub, upstream, issuer, sid, issuedAt, groups, expiresAt },
    before.person && pageSessionHash(before),
    { at: now(), audit: [{ type: 'page.signed_in', sub, detail: { upstream, from: c.get('address') } }] },
    beganAt,
  );
  if (outcome === 'tombstoned') {
    throw new OAuthError('access_denied', 'this sign-in was ended before it was finished; sign in again');
  }
  writePageSession(deps, c, session);
  return session;
}

/** Signs the browser out of the broker's pages. The next sign-in shows the provider's account selection. */
export async function forgetSignIn(
  deps: Pick<Deps, 'ring' | 'store' | 'now'>,
  c: BrokerContext,
  page: PageSession,
): Promise<PageSession> {
  if (page.person) await deps.store.endPageSession(pageSessionHash(page));
  const fresh = { ...newPageSession(deps.now()), chooseAccount: true };
  writePageSession(deps, c, fresh);
  return fresh;
}
