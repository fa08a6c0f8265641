import type { DeviceClientConfig } from '../config/types.ts';
import type { Deps } from '../deps.ts';
import { OAuthError } from '../errors.ts';
import { type DeviceTarget, requestedTarget, requireGrant } from './public-client.ts';

/** A validated authorization request of a native client (RFC 6749 §4.1.1, RFC 8252). */
export interface NativeRequest extends DeviceTarget, Redirect {
  clientId: string;
  codeChallenge: string;
  nonce: string | undefined;
  /** Thumbprint of the DPoP key that has to redeem the code (RFC 9449 §10). */
  dpopJkt: string | undefined;
}

/** The target of the authorization response, once the redirect URI is verified to belong to the client. */
export interface Redirect {
  redirectUri: string;
  state: string | undefined;
}

/** Sign-in preferences that the client passes on to the provider. */
export interface SignInWish {
  prompt: 'login' | 'select_account' | undefined;
  loginHint: string | undefined;
  acrValues: string | undefined;
  /** In seconds. */
  maxAge: number | undefined;
}

/**
 * Verifies the client and its redirect URI. Errors thrown here are shown to the person on a page and never sent to the
 * redirect URI (RFC 6749 §4.1.2.1).
 *
 * @throws {OAuthError} `invalid_request`, `invalid_client`
 */
export function trustedRedirect(
  { config }: Pick<Deps, 'config'>,
  query: URLSearchParams,
): { client: DeviceClientConfig; redirect: Redirect } {
  const [clientId, redirectUri] = [only(query, 'client_id'), only(query, 'redirect_uri')];
  if (clientId === undefined) throw new OAuthError('invalid_request', 'client_id is missing');
  const client = config.devices.get(clientId);
  if (!client) {
    throw new OAuthError('invalid_client', 'unknown client_id; add it under devices in the configuration', {
      status: 400,
    });
  }
  if (redirectUri === undefined || !isLoopbackRedirect(redirectUri, client.redirectPath)) {
    throw new OAuthError(
      'invalid_request',
      `redirect_uri must be http://127.0.0.1:<port>${client.redirectPath} or http://[::1]:<port>${client.redirectPath}`,
    );
  }
  return { client, redirect: { redirectUri, state: query.getAll('state')[0] } };
}

/**
 * Accepts any port on the loopback IP literals. `localhost` is rejected because it may resolve elsewhere (RFC 8252
 * §7.3, §8.3).
 */
export function isLoopbackRedirect(uri: string, path: string): boolean {
  const [, port, found] = /^http:\/\/(?:127\.0\.0\.1|\[::1\])(?::(\d{1,5}))?(\/.*)$/.exec(uri) ?? [];
  return found === path && Number(port ?? 80) <= 65_535;
}

/**
 * Validates the rest of the request. Errors thrown here are returned to the client.
 *
 * @returns `upstream`: the provider that the client names, by its key in the configuration
 * @throws {OAuthError} with the codes of RFC 6749 §4.1.2.1 and OpenID Connect Core §3.1.2.6
 */
export function nativeRequest(
  deps: Pick<Deps, 'config'>,
  client: DeviceClientConfig,
  redirect: Redirect,
  query: URLSearchParams,
): { request: NativeRequest; wish: SignInWish; upstream: string | undefined } {
  only(query, 'state');
  // A client that receives this error can fall back to the device flow.
  requireGrant(client, 'loopback');
  if (query.has('request'))
    throw new OAuthError('request_not_supported', 'request is not supported; send plain parameters');
  if (query.has('request_uri')) {
    throw new OAuthError('request_uri_not_supported', 'request_uri is not supported; send plain parameters');
  }
  const responseType = only(query, 'response_type');
  if (responseType !== 'code') {
    throw responseType === undefined
      ? new OAuthError('invalid_request', 'response_type is missing')
      : new OAuthError('unsupported_response_type', 'response_type must be code');
  }
  if ((only(query, 'response_mode') ?? 'query') !== 'query') {
    throw new OAuthError('invalid_request', 'response_mode must be query');
  }
  const request = {
    ...redirect,
    ...requestedTarget(deps, client, { scope: only(query, 'scope'), resource: resources(query) }),
    clientId: client.clientId,
    codeChallenge: codeChallenge(query),
    nonce: only(query, 'nonce'),
    dpopJkt: thumbprint(query),
  };
  return { request, wish: signInWish(query), upstream: only(query, 'upstream') };
}

function thumbprint(query: URLSearchParams): string | undefined {
  const jkt = only(query, 'dpop_jkt');
  if (jkt === undefined || /^[\w-]{43}$/.test(jkt)) return jkt;
  throw new OAuthError('invalid_request', 'dpop_jkt must be the JWK thumbprint of a DPoP key (SHA-256, base64url)');
}

/** The only parameter that may be repeated (RFC 8707 §2). */
const resources = (query: URLSearchParams): string | undefined =>
  query.getAll('resource').filter(Boolean).join(' ') || undefined;

/** RFC 7636 §4.3. `plain` is rejected: it proves nothing against someone who can read the request. */
function codeChallenge(query: URLSearchParams): string {
  const challenge = only(query, 'code_challenge');
  if (challenge === undefined || !/^[\w-]{43}$/.test(challenge) || only(query, 'code_challenge_method') !== 'S256') {
    throw new OAuthError('invalid_request', 'PKCE is required; send code_challenge and code_challenge_method=S256');
  }
  return challenge;
}

function signInWish(query: URLSearchParams): SignInWish {
  const prompts = (only(query, 'prompt') ?? '').split(' ');
  if (prompts.includes('none')) {
    throw new OAuthError(
      'interaction_required',
      'the user must always confirm a native client; do not send prompt=none',
    );
  }
  const maxAge = only(query, 'max_age');
  if (maxAge !== undefined && !/^\d{1,9}$/.test(maxAge)) {
    throw new OAuthError('invalid_request', 'max_age must be a number of seconds');
  }
  return {
    prompt: (['login', 'select_account'] as const).find((prompt) => prompts.includes(prompt)),
    loginHint: only(query, 'login_hint')?.slice(0, 320),
    acrValues: only(query, 'acr_values')?.slice(0, 512),
    maxAge: maxAge === undefined ? undefined : Number(maxAge),
  };
}

/** Every parameter of an authorization request, but `resource`. What isn't here can't be read, and each is in the OpenAPI document. */
export type AuthorizationParameter =
  | 'acr_values'
  | 'client_id'
  | 'code_challenge'
  | 'code_challenge_method'
  | 'dpop_jkt'
  | 'login_hint'
  | 'max_age'
  | 'nonce'
  | 'prompt'
  | 'redirect_uri'
  | 'response_mode'
  | 'response_type'
  | 'scope'
  | 'state'
  | 'upstream';

/** Reads a parameter. An empty value counts as absent, and a repeated parameter is an error (RFC 6749 §3.1). */
function only(query: URLSearchParams, name: AuthorizationParameter): string | undefined {
  const [value, ...more] = query.getAll(name);
  if (more.length > 0) throw new OAuthError('invalid_request', `parameter ${name} must not be repeated`);
  return value === '' ? undefined : value;
}
