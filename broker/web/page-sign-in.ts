import { createHash, randomBytes } from 'node:crypto';
import type { Deps } from '../deps.ts';
import { OAuthError } from '../errors.ts';
import { sameText, sha256 } from '../keys/hash.ts';
import type { NativeRequest } from '../oauth/authorization-request.ts';
import { exchangeOf } from '../upstream/exchange-code.ts';
import type { Identity, Upstream } from '../upstream/types.ts';
import { type PageSession, pageSessionHash } from './page-session.ts';

/** Why a person was sent to the provider. It determines what happens when they return. */
export type Purpose =
  /** To identify the person, before the code is compared. `forced`: the provider was told to ask again. */
  | { type: 'code'; userCode: string; forced: boolean }
  /** "Allow": to obtain a lasting grant for the device. */
  | { type: 'allow'; deviceCodeHash: string; sub: string }
  /** To identify the person for a native client, before they are asked to confirm. */
  | { type: 'authorize'; request: NativeRequest }
  /** "Allow": to obtain a lasting grant for the native client. */
  | { type: 'authorize_allow'; request: NativeRequest; sub: string }
  /** To show the person's account. */
  | { type: 'account' }
  /** To verify that it is still the same person, before they are signed out everywhere. */
  | { type: 'sign_out_everywhere'; sub: string };

/** Options of the request to the provider. */
interface SignInOptions {
  /** Whether to request a lasting grant. */
  offline: boolean;
  prompt?: 'login' | 'select_account' | undefined;
  loginHint?: string | undefined;
  acrValues?: string | undefined;
  /** In seconds. Verified when the person returns. */
  maxAge?: number | undefined;
}

interface PageTransaction {
  /** Hash of the page session's ID. */
  page: string;
  upstream: string;
  nonce: string;
  codeVerifier: string;
  purpose: Purpose;
  maxAge: number | undefined;
  /** When the sign-in began. Other versions' transactions lack it. */
  beganAt?: number | undefined;
}

const transactionMs = 600_000;
const random = () => randomBytes(32).toString('base64url');
const redirectUri = ({ config }: Pick<Deps, 'config'>): string => `${config.issuer}/callback`;

/**
 * Begins a sign-in and returns where to send the browser. `state` and PKCE stay in the broker, bound to the browser's
 * page session.
 */
export async function startSignIn(
  deps: Pick<Deps, 'config' | 'store' | 'now'>,
  page: PageSession,
  upstream: Upstream,
  purpose: Purpose,
  options: SignInOptions,
): Promise<string> {
  const beganAt = deps.now();
  const [state, nonce, codeVerifier] = [random(), random(), random()];
  const { url } = await upstream.authorizationUrl({
    redirectUri: redirectUri(deps),
    state,
    nonce,
    codeChallenge: createHash('sha256').update(codeVerifier).digest('base64url'),
    ...options,
  });
  const data: PageTransaction = {
    page: pageSessionHash(page),
    upstream: upstream.config.name,
    nonce,
    codeVerifier,
    purpose,
    maxAge: options.maxAge,
    beganAt,
  };
  await deps.store.putTransaction({
    id: sha256(state),
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
  | { purpose: Purpose; canceled: true }
  | {
      purpose: Purpose;
      canceled: false;
      upstream: Upstream;
      identity: Identity;
      refreshToken: string | undefined;
      /** When the sign-in began, by the broker's clock. */
      beganAt: number;
    };

/**
 * Finishes a sign-in when the provider sends the browser back.
 *
 * @throws {OAuthError} `invalid_transaction` if this browser did not begin it (login CSRF: RFC 6749 §10.12)
 */
export async function finishSignIn(deps: Deps, page: PageSession, { state, code, iss }: Callback): Promise<Returned> {
  const data = await deps.store.consumeTransaction(sha256(state), 'page', deps.now());
  // The row was written by startSignIn in this shape.
  const transaction = data as unknown as PageTransaction | undefined;
  if (!transaction || !sameText(transaction.page, pageSessionHash(page))) {
    throw new OAuthError(
      'invalid_transaction',
      'this sign-in has expired, was already used, or was started in a different browser; enter the code again',
    );
  }
  const { purpose, nonce, codeVerifier, maxAge, beganAt = deps.now() - transactionMs } = transaction;
  if (code === undefined) return { purpose, canceled: true };
  const upstream = deps.upstreams.get(transaction.upstream);
  if (!upstream)
    throw new OAuthError('invalid_transaction', 'the identity provider of this sign-in is no longer configured');
  const consumed = { id: sha256(state), kind: 'page', data: { ...transaction } } as const;
  const exchanged = await exchangeOf(deps, upstream, consumed, {
    code,
    state,
    iss,
    codeVerifier,
    redirectUri: redirectUri(deps),
    nonce,
    maxAge,
  });
  return { purpose, canceled: false, upstream, beganAt, ...exchanged };
}
