import { isSecureUrl } from '#shared/origin.ts';
import { parseScope } from '#shared/scope.ts';
import type { Clock } from '#shared/time.ts';
import { ApiError, type Scheme } from './api-error.ts';
import { checkProof, proofAgeSeconds } from './check-proof.ts';
import type { Claims } from './claims.ts';
import { createKeySet } from './key-set.ts';
import { createKeyLoader } from './load-keys.ts';
import { readPresented } from './presented.ts';
import { createReplayGuard } from './replay.ts';
import { verifyToken } from './verify-token.ts';

export interface VerifierOptions {
  /** The broker's URL, exactly as its configuration has it. */
  issuer: string;
  /** This API, as the broker's `resources` name it. With several, a token for any of them is accepted. */
  audience: string | string[];
  /** Seconds that clocks may be apart. Default 5. */
  clockTolerance?: number;
  /** Where the keys are, for networks where the issuer's metadata can't be reached. */
  jwksUri?: string;
  fetch: typeof fetch;
  now: Clock;
}

export interface Requirements {
  /** All of them. */
  scopes?: readonly string[];
  /** One of them, as `upstream:group`. */
  groups?: readonly string[];
  /** The URL as the client called it, where a proxy has rewritten that of the request. For DPoP only. */
  url?: string;
}

/** @returns the claims of the request's token @throws {ApiError} and nothing else */
export type Verify = (request: Request, requirements?: Requirements) => Promise<Claims>;

/** @throws {TypeError} where the options can't be right */
export function createVerifier({ issuer, audience, clockTolerance = 5, jwksUri, fetch, now }: VerifierOptions): Verify {
  for (const url of [issuer, jwksUri ?? issuer]) {
    if (!URL.canParse(url) || !isSecureUrl(new URL(url))) {
      throw new TypeError(`latchkey/api: ${url} must be a URL with https: (http: on loopback only)`);
    }
  }
  if (audience.length === 0) throw new TypeError('latchkey/api: audience must name this API');

  const keys = createKeySet({ load: createKeyLoader({ issuer, jwksUri, fetch }), now });
  // A proof is good from 60 s before to 60 s after its `iat`.
  const replay = createReplayGuard({ now, windowMs: 2_000 * proofAgeSeconds, capacity: 100_000 });

  return async (request, { scopes = [], groups = [], url = request.url } = {}) => {
    const { scheme, token } = readPresented(request.headers);
    try {
      const claims = await verifyToken(token, { issuer, audience, clockTolerance, keys, now: now() });
      const jkt = claims.cnf?.jkt;
      requireScheme(scheme, jkt);
      if (jkt !== undefined) {
        await checkProof(request.headers.get('dpop'), { token, jkt, method: request.method, url, replay, now: now() });
      }
      requireScopes(claims, scopes);
      requireGroup(claims, groups);
      return claims;
    } catch (error) {
      throw error instanceof ApiError ? error.answering(scheme) : error;
    }
  };
}

/** A bound token without its proof is a bearer token again: whoever stole it could use it (RFC 9449 §7.2). */
function requireScheme(scheme: Scheme, jkt: string | undefined): void {
  if (scheme === (jkt === undefined ? 'Bearer' : 'DPoP')) return;
  throw new ApiError({
    code: 'invalid_token',
    reason: 'wrong_type',
    message:
      jkt === undefined
        ? 'The token is bound to no key and was sent as DPoP: send it as Bearer.'
        : 'The token is bound to a key (cnf.jkt) and was sent as Bearer: send it as DPoP, with a proof.',
  });
}

function requireScopes({ scope }: Claims, scopes: readonly string[]): void {
  const granted = parseScope(scope);
  const missing = scopes.filter((name) => !granted.includes(name));
  if (missing.length === 0) return;
  throw new ApiError({
    code: 'insufficient_scope',
    scope: scopes.join(' '),
    message: `The token lacks ${missing.join(' ')}: ask for a token with this scope.`,
  });
}

function requireGroup({ groups = [] }: Claims, oneOf: readonly string[]): void {
  if (oneOf.length === 0 || oneOf.some((name) => groups.includes(name))) return;
  throw new ApiError({
    code: 'insufficient_group',
    message: `This needs a member of ${oneOf.join(' or ')}: no other token will help, only the administrator.`,
  });
}
