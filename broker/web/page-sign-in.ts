import { randomBytes } from 'node:crypto';
import type { Deps } from '../deps.ts';
import { OAuthError } from '../errors.ts';
import { sha256 } from '../keys/hash.ts';
import type { NativeRequest } from '../oauth/authorization-request.ts';
import { signInIdOf } from '../session/sign-in-id.ts';
import { exchangeOf } from '../upstream/exchange-code.ts';
import type { Identity, Offline, ProviderBinding, Upstream } from '../upstream/types.ts';
import { type PageSession, pageSessionHash } from './page-session.ts';

/** Why a person was sent to the provider. It determines what happens when they return. */
export type Purpose =
  /** To identify the person, before the code is compared. `forced`: the provider was told to ask again. */
  | { type: 'code'; userCode: string; forced: boolean }
  /** "Allow": to obtain a lasting grant for the device. */
  | { type: 'allow'; deviceCodeHash: string; sub: string; ticket: string }
  /** To identify the person for a native client, before they are asked to confirm. */
  | { type: 'authorize'; request: NativeRequest }
  /** "Allow": to obtain a lasting grant for the native client. */
  | { type: 'authorize_allow'; request: NativeRequest; sub: string; ticket: string }
  /** To show the person's account. */
  | { type: 'account' }
  /** To verify that it is still the same person, before they are signed out everywhere. */
  | { type: 'sign_out_everywhere'; sub: string };

/** Options of the request to the provider. */
interface SignInOptions {
  /** Whether to request a lasting grant. */
  offline: Offline;
  prompt?: 'login' | 'select_account' | undefined;
  loginHint?: string | undefined;
  acrValues?: string | undefined;
  /** In seconds. Verified when the person returns. */
  maxAge?: number | undefined;
}

interface PageTransaction {
  upstream: string;
  binding: ProviderBinding;
  /** Whether the provider names itself in each response (RFC 9207). Other versions' transactions lack it. */
  issRequired?: boolean | undefined;
  purpose: Purpose;
  options: SignInOptions;
  /** When the sign-in began. Other versions' transactions lack it. */
  beganAt?: number | undefined;
}

const transactionMs = 600_000;
/** A browser loads a callback twice within seconds. */
const againMs = 60_000;
/** The ID commits to the browser's page session: no other browser finds the transaction, and so none spends it. */
const transactionId = (page: PageSession, state: string): string => sha256(`page:${pageSessionHash(page)}.${state}`);
/** The ID of a sign-in for the log and the audit log. */
export const pageSignInId = (page: PageSession, state: string): string => signInIdOf(transactionId(page, state));
/** Of the copy that begins a sign-in anew. */
const againId = (page: PageSession, state: string): string => sha256(`again:${pageSessionHash(page)}.${state}`);
const redirectUri = ({ config }: Pick<Deps, 'config'>): string => `${config.issuer}/callback`;

/**
 * Begins a sign-in and returns where to send the browser. Only this browser's page session can finish it.
 */
export async function startSignIn(
  deps: Pick<Deps, 'config' | 'store' | 'now'>,
  page: PageSession,
  upstream: Upstream,
  purpose: Purpose,
  options: SignInOptions,
): Promise<string> {
  const beganAt = deps.now();
  const state = randomBytes(32).toString('base64url');
  const { url, issRequired, binding } = await upstream.authorizationUrl({
    redirectUri: redirectUri(deps),
    state,
    ...options,
  });
  const data: PageTransaction = { upstream: upstream.config.name, binding, issRequired, purpose, options, beganAt };
  await deps.store.putTransaction({
    id: transactionId(page, state),
    kind: 'page',
    data: { ...data },
    expiresAt: deps.now() + transactionMs,
  });
  return url;
}

/** The parameters of the provider's redirect. */
export interface Callback {
  state: string;
  code: string | undefined;
  iss: string | undefined;
}

export type Returned =
  | { purpose: Purpose; signedIn: false; upstream: Upstream }
  | {
      purpose: Purpose;
      signedIn: true;
      upstream: Upstream;
      identity: Identity;
      refreshToken: string | undefined;
      /** When the sign-in began, by the broker's clock. */
      beganAt: number;
    };

/**
 * Finishes a sign-in when the provider sends the browser back.
 *
 * @param began is told what the sign-in is for, before anything can fail
 * @returns `undefined` if this browser has no such sign-in to finish
 */
export async function finishSignIn(
  deps: Deps,
  page: PageSession,
  { state, code, iss }: Callback,
  began: (purpose: Purpose) => void,
): Promise<Returned | undefined> {
  const id = transactionId(page, state);
  const begun = await deps.store.readTransaction(id, 'page', deps.now());
  if (!begun) return undefined;
  // The copy comes first: a second callback that finds the sign-in taken finds the copy.
  const expiresAt = deps.now() + againMs;
  await deps.store.putTransaction({ id: againId(page, state), kind: 'page', data: begun, expiresAt });
  const data = await deps.store.consumeTransaction(id, 'page', deps.now());
  // The row was written by startSignIn in this shape.
  const transaction = data as unknown as PageTransaction | undefined;
  if (!transaction) return undefined;
  const { purpose, binding, issRequired = false, options, beganAt = deps.now() - transactionMs } = transaction;
  began(purpose);
  const upstream = deps.upstreams.get(transaction.upstream);
  if (!upstream)
    throw new OAuthError('invalid_transaction', 'the identity provider of this sign-in is no longer configured');
  if (code === undefined) {
    requireIssuer(iss, binding.issuer, issRequired);
    return { purpose, signedIn: false, upstream };
  }
  const consumed = { id, kind: 'page', data: { ...transaction } } as const;
  const exchanged = await exchangeOf(deps, upstream, consumed, {
    code,
    state,
    iss,
    redirectUri: redirectUri(deps),
    binding,
    maxAge: options.maxAge,
  });
  return { purpose, signedIn: true, upstream, beganAt, ...exchanged };
}

/**
 * Checks which provider an error comes from (RFC 9207 §2.4). With a code, the token request checks it.
 *
 * @throws {OAuthError} `invalid_request` if it isn't the sign-in's, or if that one would have named itself
 */
function requireIssuer(iss: string | undefined, expected: string, isRequired: boolean): void {
  if (iss === undefined ? !isRequired : iss === expected) return;
  throw new OAuthError(
    'invalid_request',
    'the response comes from another identity provider than the one of this sign-in',
    {
      cause: new Error(
        `iss is ${iss === undefined ? 'missing' : JSON.stringify(iss.slice(0, 256))}, not "${expected}"`,
      ),
    },
  );
}

/**
 * Begins a sign-in anew whose callback is loaded once more by the browser that began it, as after a form of the provider
 * was sent twice, or when the first response was lost. The provider usually knows the person by then.
 *
 * @returns where to send the browser
 * @throws {OAuthError} `invalid_transaction` if this browser did not begin it (login CSRF: RFC 6749 §10.12)
 */
export async function startAgain(deps: Deps, page: PageSession, state: string): Promise<string> {
  const id = againId(page, state);
  const data = await deps.store.readTransaction(id, 'page', deps.now());
  // The row was written by finishSignIn in this shape.
  const transaction = data as unknown as PageTransaction | undefined;
  const upstream = transaction && deps.upstreams.get(transaction.upstream);
  if (!upstream) {
    throw new OAuthError(
      'invalid_transaction',
      'this sign-in has expired, was already used, or was started in a different browser; start again',
    );
  }
  const url = await startSignIn(deps, page, upstream, transaction.purpose, transaction.options);
  await deps.store.consumeTransaction(id, 'page', deps.now());
  return url;
}
