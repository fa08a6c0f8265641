import { createHash, randomBytes } from 'node:crypto';
import type { SessionRequest } from '@latchkey/shared/session-api.ts';
import { extensionClientId } from '../config/extension-client-id.ts';
import type { Deps } from '../deps.ts';
import { OAuthError } from '../errors.ts';
import { seal } from '../keys/seal.ts';
import type { NewSession, Session } from '../store/store.ts';
import { chooseUpstream } from '../upstream/choose-upstream.ts';
import { exchangeOf } from '../upstream/exchange-code.ts';
import { warnOfMissingGrant } from '../upstream/warn-of-missing-grant.ts';
import { type SignInTransaction, signInId } from './begin-sign-in.ts';
import { newSessionSecret, type SessionSecret, secretCheckOf, sessionRowId } from './session-secret.ts';
import { requireSilentOutcome } from './silent-sign-in.ts';

/** Where a sign-in request came from. */
export interface SignInContext {
  jkt: string;
  /** The session that the new one replaces on its first use. */
  predecessor: Session | undefined;
  userAgent: string | undefined;
  address: string;
}

/**
 * Redeems the code at the provider and opens a session bound to the key that began the sign-in.
 *
 * @throws {OAuthError} `invalid_transaction` if state, key and verifier are not those of a stored transaction;
 *   `access_denied` if the provider has ended the sign-in since; the errors of the provider and of {@link
 *   requireSilentOutcome}
 */
export async function signIn(deps: Deps, request: SessionRequest, context: SignInContext): Promise<SessionSecret> {
  const { config, store, ring, now } = deps;
  const id = idOf(request, context.jkt);
  const transaction = await consume(deps, id);
  const upstream = chooseUpstream(deps, transaction.upstream);
  const consumed = { id, kind: 'session', data: { ...transaction } } as const;
  const granted = await exchangeOf(deps, upstream, consumed, {
    code: request.code,
    state: request.state,
    iss: request.iss,
    redirectUri: transaction.redirectUri,
    binding: transaction.binding,
    maxAge: transaction.maxAge,
  });
  const { silentFor } = transaction;
  if (silentFor !== undefined) await requireSilentOutcome(deps, upstream, silentFor, granted);
  const { identity, refreshToken } = granted;
  warnOfMissingGrant(deps, { upstream: upstream.config.name, client: extensionClientId }, refreshToken);
  const { name, email } = identity.claims;
  const person = await store.upsertPerson(
    {
      issuer: identity.issuer,
      idpSub: identity.idpSub,
      upstream: upstream.config.name,
      newSub: randomBytes(16).toString('base64url'),
      name,
      email,
    },
    now(),
  );
  const secret = newSessionSecret();
  const sessionId = sessionRowId(secret);
  const sealed =
    refreshToken === undefined
      ? undefined
      : seal(ring, { purpose: 'session-refresh', id: sessionId, secret: secret.secret }, refreshToken);
  // The person was not asked, so the session continues and keeps its original expiry.
  const goesOn = silentFor === undefined ? undefined : context.predecessor?.absoluteExpiresAt;
  const absoluteExpiresAt = goesOn ?? now() + config.session.absoluteMs;
  const session: NewSession = {
    id: sessionId,
    sub: person.sub,
    upstream: upstream.config.name,
    issuer: identity.issuer,
    sid: identity.sid,
    issuedAt: identity.issuedAt,
    sealedRefresh: sealed?.sealed,
    ringKid: sealed?.ringKid,
    claims: identity.claims,
    refreshedAt: now(),
    createdAt: now(),
    lastUsedAt: now(),
    lastUsedFrom: context.address,
    absoluteExpiresAt,
    jkt: context.jkt,
    secretCheck: secretCheckOf(secret),
    idleExpiresAt: Math.min(now() + config.session.idleMs, absoluteExpiresAt),
    predecessor: context.predecessor?.id,
    userAgent: context.userAgent?.slice(0, 200),
  };
  const detail = {
    session: sessionId,
    upstream: upstream.config.name,
    ...(silentFor === undefined ? {} : { silent: true }),
  };
  const created = { type: 'session.created', sub: person.sub, detail };
  const outcome = await store.insertSession(session, { at: now(), audit: [created] });
  if (outcome === 'tombstoned')
    throw new OAuthError('access_denied', 'the identity provider ended this sign-in; sign in again');
  return secret;
}

/**
 * Requires that a sign-in has begun with this key, state and challenge. Junk is refused here, before it counts or writes
 * anything. Nothing is consumed.
 *
 * @throws {OAuthError} `invalid_transaction`
 */
export async function requireBegun(
  { store, now }: Pick<Deps, 'store' | 'now'>,
  request: SessionRequest,
  jkt: string,
): Promise<void> {
  if (!(await store.readTransaction(idOf(request, jkt), 'session', now()))) throw notBegun();
}

function idOf({ state, code_verifier }: SessionRequest, jkt: string): string {
  return signInId({ state, codeChallenge: createHash('sha256').update(code_verifier).digest('base64url'), jkt });
}

const notBegun = () =>
  new OAuthError(
    'invalid_transaction',
    'this sign-in is unknown, already used, older than 10 minutes, or was started with a different key or code_verifier; start again',
  );

async function consume({ store, now }: Pick<Deps, 'store' | 'now'>, id: string): Promise<SignInTransaction> {
  const data = await store.consumeTransaction(id, 'session', now());
  if (!data) throw notBegun();
  // The row was written by /session/authorize in this shape.
  return data as unknown as SignInTransaction;
}
