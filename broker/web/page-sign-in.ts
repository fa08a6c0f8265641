import { createHash, randomBytes } from 'node:crypto';
import type { Deps } from '../deps.ts';
import { OAuthError } from '../errors.ts';
import { sameText, sha256 } from '../keys/hash.ts';
import type { NativeRequest } from '../oauth/authorization-request.ts';
import { exchangeOf } from '../upstream/exchange-code.ts';
import type { Identity, Upstream } from '../upstream/types.ts';
import { type PageSession, pageSessionHash } from './page-session.ts';

/** Why somebody was sent to the provider, and so what happens when they come back. */
export type Purpose =
  /** To say who they are; then the code is compared. `forced`: the provider was told to ask again. */
  | { type: 'code'; userCode: string; forced: boolean }
  /** "Allow": to give the device a lasting grant of its own. */
  | { type: 'allow'; deviceCodeHash: string; sub: string }
  /** To say who they are, for a native client; then they are asked. */
  | { type: 'authorize'; request: NativeRequest }
  /** "Allow": to give the native client a lasting grant of its own. */
  | { type: 'authorize_allow'; request: NativeRequest; sub: string }
  /** To see their account. */
  | { type: 'account' }
  /** To show that it is still them, before they are signed out everywhere. */
  | { type: 'sign_out_everywhere'; sub: string };

/** How the provider is asked. */
interface SignInOptions {
  /** Whether a lasting grant is wanted. */
  offline: boolean;
  prompt?: 'login' | 'select_account' | undefined;
  loginHint?: string | undefined;
  acrValues?: string | undefined;
  /** Seconds; checked when they come back. */
  maxAge?: number | undefined;
}

interface PageTransaction {
  /** Hash of its id. */
  page: string;
  upstream: string;
  nonce: string;
  codeVerifier: string;
  purpose: Purpose;
  maxAge: number | undefined;
}

const transactionMs = 600_000;
const random = () => randomBytes(32).toString('base64url');
const redirectUri = ({ config }: Pick<Deps, 'config'>): string => `${config.issuer}/callback`;

/** Where to send the browser. `state` and PKCE stay here, bound to the browser's page session. */
export async function startSignIn(
  deps: Pick<Deps, 'config' | 'store' | 'now'>,
  page: PageSession,
  upstream: Upstream,
  purpose: Purpose,
  options: SignInOptions,
): Promise<string> {
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
  };
  await deps.store.putTransaction({
    id: sha256(state),
    kind: 'page',
    data: { ...data },
    expiresAt: deps.now() + transactionMs,
  });
  return url;
}

/** What the provider's redirect brings. */
export interface Callback {
  state: string;
  code: string | undefined;
  iss: string | undefined;
}

export type Returned =
  | { purpose: Purpose; canceled: true }
  | { purpose: Purpose; canceled: false; upstream: Upstream; identity: Identity; refreshToken: string | undefined };

/**
 * Takes up a sign-in when the provider sends the browser back.
 *
 * @throws {OAuthError} `invalid_transaction` where this browser did not begin it (login CSRF: RFC 6749 §10.12)
 */
export async function finishSignIn(deps: Deps, page: PageSession, { state, code, iss }: Callback): Promise<Returned> {
  const data = await deps.store.consumeTransaction(sha256(state), 'page', deps.now());
  // Our own row, written by startSignIn in this shape.
  const transaction = data as unknown as PageTransaction | undefined;
  if (!transaction || !sameText(transaction.page, pageSessionHash(page))) {
    throw new OAuthError(
      'invalid_transaction',
      'this sign-in has expired, was already used, or was started in a different browser; enter the code again',
    );
  }
  const { purpose, nonce, codeVerifier, maxAge } = transaction;
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
  return { purpose, canceled: false, upstream, ...exchanged };
}
