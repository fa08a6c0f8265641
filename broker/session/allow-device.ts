import { createHash } from 'node:crypto';
import type { DeviceAllowRequest, DeviceAuthorizeRequest, DeviceDecided } from '@latchkey/shared/session-device.ts';
import type { Deps } from '../deps.ts';
import { OAuthError } from '../errors.ts';
import { sha256 } from '../keys/hash.ts';
import { allowDevice, decisionOn, denyDevice } from '../oauth/decide-device-request.ts';
import { isAlarmed, raiseAlarm } from '../oauth/device-prompt.ts';
import type { DeviceGrant, Session } from '../store/store.ts';
import { chooseUpstream } from '../upstream/choose-upstream.ts';
import { exchangeOf } from '../upstream/exchange-code.ts';
import { loginHintOf } from '../upstream/login-hint.ts';
import type { Identity, ProviderBinding, Upstream } from '../upstream/types.ts';
import { requireNewChallenge, type SignInHolder, transactionMs } from './begin-sign-in.ts';
import { askedDevice } from './device-question.ts';

/** A way through the provider that "Allow" has begun, for a grant of the device's own. */
interface AllowTransaction {
  session: string;
  deviceCodeHash: string;
  upstream: string;
  redirectUri: string;
  binding: ProviderBinding;
  beganAt: number;
  /** The provider was told to ask for the person's sign-in. */
  mustBeFresh: boolean;
}

/** As at sign-out everywhere: how old the sign-in may be, and how far the provider's clock may be behind. */
const freshMs = 360_000;

const allowId = ({ state, codeChallenge, jkt }: SignInHolder): string =>
  sha256(`device-allow:${state}.${codeChallenge}.${jkt}`);

/**
 * "Allow" in the extension: begins the way to a grant that belongs to the device and is never a copy of the browser's.
 * Where the device asked from another network, the provider is told to ask for a sign-in (RFC 10027); otherwise its own
 * session is enough. Where no code was entered, a number that the device doesn't show denies the request for good.
 *
 * @returns where to send the browser, or how the request was decided in the meantime
 * @throws {OAuthError} `invalid_transaction`, `invalid_request`, and the errors of the provider
 */
export async function beginAllowing(
  deps: Deps,
  session: Session,
  request: DeviceAuthorizeRequest,
): Promise<{ url: string; issuer: string; issRequired: boolean; expiresInMs: number } | DeviceDecided> {
  const { config, store, now } = deps;
  const beganAt = now();
  if (!config.extension.redirectUris.includes(request.redirect_uri))
    throw new OAuthError('invalid_request', 'redirect_uri does not belong to a configured extension');
  const { deviceCodeHash, isElsewhere, isNumbered } = await askedDevice(deps, session.id, request.request);
  const { number } = request;
  if (isNumbered && number === undefined)
    throw new OAuthError('invalid_request', 'number is missing: the one that the device shows');
  const grant = await store.getDeviceGrant(deviceCodeHash);
  const decision = grant === undefined ? 'expired' : decisionOn(grant, session.sub, now());
  if (decision !== 'pending') return { outcome: decision };
  const refused = isNumbered && grant && (await refuseNumber(deps, grant, { number, sub: session.sub }));
  if (refused) return { outcome: refused };
  const upstream = chooseUpstream(deps, session.upstream);
  const { state, code_challenge: codeChallenge, redirect_uri: redirectUri } = request;
  const { url, issRequired, binding } = await upstream.authorizationUrl({
    redirectUri,
    state,
    offline: 'device',
    prompt: isElsewhere ? 'login' : undefined,
    loginHint: loginHintOf(config.upstreams.get(session.upstream), session.claims),
  });
  const data: AllowTransaction = {
    session: session.id,
    deviceCodeHash,
    upstream: upstream.config.name,
    redirectUri,
    binding,
    beganAt,
    mustBeFresh: isElsewhere,
  };
  await requireNewChallenge(deps, codeChallenge);
  const id = allowId({ state, codeChallenge, jkt: session.jkt });
  await store.putTransaction({ id, kind: 'device', data: { ...data }, expiresAt: now() + transactionMs });
  return { url, issuer: binding.issuer, issRequired, expiresInMs: transactionMs };
}

/** There is no second guess, neither at this request nor at another of the hour. */
async function refuseNumber(
  deps: Deps,
  { deviceCodeHash, accountKey = '', numbers }: DeviceGrant,
  { number, sub }: { number: string | undefined; sub: string },
): Promise<DeviceDecided['outcome'] | undefined> {
  if (await isAlarmed(deps, accountKey)) return denyDevice(deps, { deviceCodeHash, sub, as: 'denied' });
  if (number !== undefined && number === numbers?.[0]) return undefined;
  await raiseAlarm(deps, accountKey);
  return denyDevice(deps, { deviceCodeHash, sub, as: 'wrong_number' });
}

/**
 * Finishes "Allow" with the provider's code.
 *
 * @throws {OAuthError} `invalid_transaction`; `account_selection_required` if another person signed in at the provider;
 *   `access_denied` if the provider did not ask for a sign-in though it was told to; the errors of the exchange
 */
export async function finishAllowing(
  deps: Deps,
  session: Session,
  request: DeviceAllowRequest,
): Promise<DeviceDecided> {
  const { store, now } = deps;
  const codeChallenge = createHash('sha256').update(request.code_verifier).digest('base64url');
  const id = allowId({ state: request.state, codeChallenge, jkt: session.jkt });
  const stored = await store.consumeTransaction(id, 'device', now());
  // The row was written by beginAllowing in this shape.
  const transaction = stored as unknown as AllowTransaction | undefined;
  if (transaction?.session !== session.id)
    throw new OAuthError('invalid_transaction', 'this question is over; enter the code again');
  const { binding, redirectUri, beganAt, deviceCodeHash, mustBeFresh } = transaction;
  const upstream = chooseUpstream(deps, transaction.upstream);
  const consumed = { id, kind: 'device', data: { ...transaction } } as const;
  const { code, state, iss } = request;
  const granted = await exchangeOf(deps, upstream, consumed, { code, state, iss, redirectUri, binding });
  const { identity, refreshToken } = granted;
  try {
    await requireSamePerson(deps, session, identity);
    if (mustBeFresh) requireFresh(identity, now());
  } catch (error) {
    giveBack(upstream, refreshToken);
    throw error;
  }
  const { decision, isTaken } = await allowDevice(
    deps,
    { upstream: upstream.config.name, identity, refreshToken, beganAt },
    { deviceCodeHash, sub: session.sub },
  );
  if (!isTaken) giveBack(upstream, refreshToken);
  return { outcome: decision };
}

async function requireSamePerson(
  { store }: Pick<Deps, 'store'>,
  { sub }: Pick<Session, 'sub'>,
  { issuer, idpSub }: Identity,
): Promise<void> {
  const person = await store.getPerson(sub);
  if (person?.issuer === issuer && person.idpSub === idpSub) return;
  throw new OAuthError('account_selection_required', 'a different account signed in at the identity provider');
}

/** A provider that reports no `auth_time` was still told to ask. */
function requireFresh({ claims: { auth_time: authTime } }: Identity, now: number): void {
  if (authTime === undefined || now - authTime * 1_000 <= freshMs) return;
  throw new OAuthError(
    'access_denied',
    'the identity provider did not ask for a sign-in; the device was not signed in',
  );
}

/** Nobody uses this grant. Where revoking it ends nothing else, it is revoked. */
function giveBack(upstream: Upstream, refreshToken: string | undefined): void {
  if (refreshToken !== undefined && upstream.preset.revocationIsNarrow) void upstream.revoke(refreshToken);
}
