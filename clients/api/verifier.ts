import { isSecureUrl } from '@latchkey/shared/origin.ts';
import { maxAuthorizationLength } from '@latchkey/shared/resource-server/authorization.ts';
import { authorize } from '@latchkey/shared/resource-server/authorize.ts';
import { bearerMayPass } from '@latchkey/shared/resource-server/bearer-may-pass.ts';
import { Refused } from '@latchkey/shared/resource-server/refused.ts';
import type { Clock } from '@latchkey/shared/time.ts';
import { ApiError } from './api-error.ts';
import type { Call } from './call.ts';
import type { Claims } from './claims.ts';
import { type Algorithm, type Dialect, dialects, type ProviderName } from './dialects.ts';
import { createKeySet } from './key-set.ts';
import { createKnownTokens } from './known-tokens.ts';
import { createKeyLoader } from './load-keys.ts';
import { createNonces } from './nonces.ts';
import { proofPolicy, proofWindowMs } from './proof-policy.ts';
import { createReplayGuard, type ReplayStore } from './replay.ts';
import type { Requirements } from './requirements.ts';
import { verifyToken } from './verify-token.ts';

export interface VerifierOptions {
  /** The issuer's URL, exactly as in the tokens' `iss`. For a broker: `issuer` of its configuration. */
  issuer: string;
  /** This API, as named in the broker's `resources`. If there are several, a token for any of them is accepted. */
  audience: string | string[];
  /** Who issues the tokens. Default `latchkey`, the broker. Google isn't supported: its access tokens are for Google's APIs only. */
  provider?: ProviderName | Dialect | undefined;
  /** Accepted client ids. Required for a provider's tokens. Default for the broker's: all. */
  clients?: readonly string[] | undefined;
  /** Accepted signature algorithms. Default: the provider's. */
  algorithms?: readonly Algorithm[] | undefined;
  /** Allowed clock skew, in seconds. Default 5. */
  clockTolerance?: number | undefined;
  /** URL of the key set, if the issuer's metadata can't be reached. Default: from the metadata. */
  jwksUri?: string | undefined;
  /** `required` accepts only DPoP-bound tokens. Default `optional`. */
  dpop?: 'optional' | 'required' | undefined;
  /** Where used DPoP proofs are remembered. Default: in memory, at least the latest 100,000. */
  replay?: ReplayStore | undefined;
  /**
   * If set, DPoP proofs must carry a nonce of this API (RFC 9449 §9). At least 32 bytes, and the same on all servers of
   * the API.
   */
  dpopNonceSecret?: string | Uint8Array | undefined;
  /**
   * The origin that clients call, such as `https://api.example.com`, if a proxy hides it from this server. Used only for
   * DPoP.
   */
  publicOrigin?: string | undefined;
  fetch: typeof fetch;
  now: Clock;
}

export interface Verify {
  /**
   * Verifies the access token of a request.
   *
   * @param requirements what the route requires beyond a valid token; default: nothing
   * @returns the token's claims
   * @throws {ApiError} if the request is refused; its `code` says why
   */
  (call: Call, requirements?: Requirements): Promise<Claims>;
  /** Headers for the response to an accepted request: `dpop-nonce` if the API uses nonces, otherwise none. */
  answerHeaders(): Promise<Record<string, string>>;
  /**
   * Forgets the issuer's keys. The next token makes the verifier load them, past HTTP caches. Call it when the issuer
   * has revoked a signing key; otherwise, the revoked key is accepted until the cached keys are refreshed.
   */
  dropKeys(): void;
}

/** @throws {TypeError} if an option is invalid */
export function createVerifier(options: VerifierOptions): Verify {
  const { issuer, audience, jwksUri, clients, publicOrigin, fetch, now } = options;
  const { clockTolerance = 5, dpop = 'optional', provider = 'latchkey' } = options;
  const dialect: Dialect = typeof provider === 'string' ? dialects[provider] : provider;
  const algorithms = options.algorithms ?? dialect?.algorithms;
  requireUsable({ ...options, dialect, algorithms });

  const loader = { issuer, jwksUri, metadata: dialect.metadata, algorithms, fetch };
  const keys = createKeySet({ load: createKeyLoader(loader), now });
  const nonces =
    options.dpopNonceSecret === undefined ? undefined : createNonces({ secret: options.dpopNonceSecret, now });
  const replay = options.replay ?? createReplayGuard({ now, windowMs: proofWindowMs(nonces), capacity: 100_000 });
  const rules = { issuer, audience, clients, dialect, algorithms, clockTolerance, keys };
  const answerHeaders = async (): Promise<Record<string, string>> =>
    nonces ? { 'dpop-nonce': await nonces.issue() } : {};

  const server = {
    audience,
    dpop,
    proofs: proofPolicy(replay, nonces),
    verifyToken: (token: string) => verifyToken(token, { ...rules, now: now() }),
    now,
  };

  const known = createKnownTokens({ ...rules, now });
  /** The claims of a token that can be verified without waiting, and that is sufficient. */
  const recall = (authorization: string | null, requirements: Requirements): Claims | undefined => {
    const token = bearerToken(authorization);
    const claims = token === undefined ? undefined : known.recall(token);
    return claims && bearerMayPass(claims, requirements, server) ? claims : undefined;
  };

  const verify = async (call: Call, requirements: Requirements = {}): Promise<Claims> => {
    const claims = recall(call.headers.get('authorization'), requirements);
    if (claims) return claims;
    const request = {
      authorization: call.headers.get('authorization'),
      dpop: call.headers.get('dpop'),
      target: () => ({ method: call.method, url: readable(requirements.url ?? calledUrl(call.url, publicOrigin)) }),
    };
    try {
      return await authorize(request, requirements, server);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const { refusal, scheme, cause } = error;
      throw new ApiError(refusal, { cause, scheme, headers: scheme === 'DPoP' ? await answerHeaders() : {} });
    }
  };
  const dropKeys = (): void => {
    known.clear();
    keys.drop();
  };
  return Object.assign(verify, { answerHeaders, dropKeys });
}

/** The token of a header in its usual form. All others are left to `authorize`. */
const bearerToken = (authorization: string | null): string | undefined =>
  authorization !== null && authorization.length <= maxAuthorizationLength
    ? /^Bearer ([\w\-.]+)$/.exec(authorization)?.[1]
    : undefined;

function requireUsable({
  issuer,
  audience,
  jwksUri,
  clients,
  publicOrigin,
  dialect,
  algorithms,
}: VerifierOptions & { dialect: Dialect | undefined; algorithms: readonly Algorithm[] | undefined }): void {
  if (!dialect) {
    throw new TypeError(`@latchkey/api: provider must be one of ${Object.keys(dialects).join(', ')}, or a dialect`);
  }
  for (const url of [issuer, jwksUri ?? issuer, publicOrigin ?? issuer]) {
    if (!URL.canParse(url) || !isSecureUrl(new URL(url))) {
      throw new TypeError(`@latchkey/api: ${url} must be a URL with https: (http: on loopback only)`);
    }
  }
  if (publicOrigin !== undefined && new URL(publicOrigin).origin !== publicOrigin) {
    throw new TypeError(`@latchkey/api: publicOrigin must be an origin without a path, like https://api.example.com`);
  }
  if (audience.length === 0) throw new TypeError('@latchkey/api: audience must name this API');
  if (!algorithms?.length || algorithms.some((algorithm) => !['ES256', 'RS256'].includes(algorithm))) {
    throw new TypeError('@latchkey/api: algorithms can be ES256 and RS256');
  }
  if (clients ? clients.length === 0 : dialect.clientsRequired) {
    throw new TypeError(
      "@latchkey/api: clients must name the applications whose tokens are accepted: a provider issues this API's tokens to others too",
    );
  }
}

/** The URL of the call, at the API's public origin. */
const calledUrl = (url: string, publicOrigin: string | undefined): string =>
  publicOrigin === undefined ? url : publicOrigin + url.replace(/^[a-z]+:\/\/[^/?#]*/i, '');

function readable(url: string): string {
  if (URL.canParse(url)) return url;
  throw new Refused({ code: 'invalid_request', message: 'The request has no readable URL: check its Host header.' });
}
