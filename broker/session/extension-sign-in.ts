import { createHash, randomBytes } from 'node:crypto';
import { browserName } from '@latchkey/shared/browser-name.ts';
import type { SessionRequest } from '@latchkey/shared/session-requests.ts';
import { extensionClientId } from '../config/extension-client-id.ts';
import type { Deps } from '../deps.ts';
import { OAuthError } from '../errors.ts';
import { seal } from '../keys/seal.ts';
import type { BrokerEvent } from '../revocation/publisher.ts';
import type { NewSession, Session } from '../store/store.ts';
import { chooseUpstream } from '../upstream/choose-upstream.ts';
import { exchangeOf } from '../upstream/exchange-code.ts';
import { warnOfMissingGrant } from '../upstream/warn-of-missing-grant.ts';
import { isNewBrowser } from './activity.ts';
import { isUsable } from './authenticate-session.ts';
import { type SignInTransaction, transactionId, transactionMs } from './begin-sign-in.ts';
import { wasEnded } from './no-session.ts';
import { newSessionSecret, type SessionSecret, secretCheckOf, sessionRowId } from './session-secret.ts';
import { signInIdOf } from './sign-in-id.ts';
import { requireSilentOutcome } from './silent-sign-in.ts';

/** Where a sign-in request came from. */
export interface SignInContext {
  jkt: string;
  /** The browser's session so far. If it is still usable, the new one replaces it on its first use. */
  current: Session | undefined;
  userAgent: string | undefined;
  address: string;
}

/**
 * Redeems the code at the provider and opens a session bound to the key that began the sign-in.
 *
 * @throws {OAuthError} `invalid_transaction` if state, key and verifier are not those of a stored transaction;
 *   `access_denied` if the sign-in has been ended since it began; the errors of the provider and of {@link
 *   requireSilentOutcome}
 */
export async function signIn(deps: Deps, request: SessionRequest, context: SignInContext): Promise<SessionSecret> {
  const { config, store, ring, now } = deps;
  const id = idOf(request, context.jkt);
  const transaction = await consume(deps, id);
  const { beganAt = now() - transactionMs } = transaction;
  const { current } = context;
  if (current && wasEnded(current) && (current.endedAt ?? 0) >= beganAt) throw endedMeanwhile();
  const predecessor = current && isUsable({ row: current }, now()) ? current : undefined;
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
  const goesOn = silentFor === undefined ? undefined : predecessor?.absoluteExpiresAt;
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
    predecessor: predecessor?.id,
    signIn: signInIdOf(id),
    userAgent: context.userAgent?.slice(0, 200),
  };
  const detail = {
    session: sessionId,
    sign_in: signInIdOf(id),
    upstream: upstream.config.name,
    browser: browserName(context.userAgent),
    from: context.address,
    ...(silentFor === undefined ? {} : { silent: true }),
    ...(predecessor === undefined ? {} : { replaces: predecessor.id }),
    ...(predecessor && predecessor.sub !== person.sub ? { replaces_other_person: true } : {}),
  };
  const created = { type: 'session.created', sub: person.sub, detail };
  const events: BrokerEvent[] = isNewBrowser(detail) ? [{ type: 'sign_in', sub: person.sub }] : [];
  const outcome = await store.insertSession(session, { at: now(), audit: [created], events }, beganAt);
  if (outcome === 'tombstoned') throw endedMeanwhile();
  return secret;
}

const endedMeanwhile = () =>
  new OAuthError('access_denied', 'this sign-in was ended before it was finished; sign in again');

/**
 * Requires that a sign-in has begun with this key, state and challenge. Junk is refused here, before it counts or writes
 * anything. Nothing is consumed.
 *
 * @returns the sign-in's ID
 * @throws {OAuthError} `invalid_transaction`
 */
export async function requireBegun(
  { store, now }: Pick<Deps, 'store' | 'now'>,
  request: Holder,
  jkt: string,
): Promise<string> {
  const id = idOf(request, jkt);
  if (!(await store.readTransaction(id, 'session', now()))) throw notBegun();
  return signInIdOf(id);
}

/** What shows that a request is from whoever began the sign-in. */
type Holder = Pick<SessionRequest, 'state' | 'code_verifier'>;

function idOf({ state, code_verifier }: Holder, jkt: string): string {
  return transactionId({ state, codeChallenge: createHash('sha256').update(code_verifier).digest('base64url'), jkt });
}

const notBegun = () =>
  new OAuthError(
    'invalid_transaction',
    'this sign-in is unknown, already used, older than 10 minutes, or was started with a different key or code_verifier; start again',
  );

/**
 * Takes a sign-in that has begun, so that nobody can finish it any more.
 *
 * @throws {OAuthError} `invalid_transaction`
 */
export const consumeBegun = (parts: Pick<Deps, 'store' | 'now'>, request: Holder, jkt: string) =>
  consume(parts, idOf(request, jkt));

async function consume({ store, now }: Pick<Deps, 'store' | 'now'>, id: string): Promise<SignInTransaction> {
  const data = await store.consumeTransaction(id, 'session', now());
  if (!data) throw notBegun();
  // The row was written by /session/authorize in this shape.
  return data as unknown as SignInTransaction;
}
