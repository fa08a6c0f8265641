import { isSecureUrl } from '@latchkey/shared/origin.ts';
import type { Clock } from '@latchkey/shared/time.ts';
import { ApiError, type Scheme } from './api-error.ts';
import type { Call } from './call.ts';
import { checkProof, proofWindowMs } from './check-proof.ts';
import type { Claims } from './claims.ts';
import { type Algorithm, type Dialect, dialects, type ProviderName } from './dialects.ts';
import { createKeySet } from './key-set.ts';
import { createKeyLoader } from './load-keys.ts';
import { createNonces } from './nonces.ts';
import { readPresented } from './presented.ts';
import { createReplayGuard, type ReplayStore } from './replay.ts';
import { type Requirements, requireClaims } from './requirements.ts';
import { verifyToken } from './verify-token.ts';

export interface VerifierOptions {
  /** The issuer's URL, exactly as the tokens have it; that of the broker as its configuration has it. */
  issuer: string;
  /** This API, as the broker's `resources` name it. With several, a token for any of them is accepted. */
  audience: string | string[];
  /** Whose tokens: the broker's own (`latchkey`, the default), or a provider's. Google's are not for other people's APIs. */
  provider?: ProviderName | Dialect | undefined;
  /** Client ids whose tokens are accepted. Must be given for a provider's tokens; default for the broker's: all. */
  clients?: readonly string[] | undefined;
  /** Default: those of the provider. */
  algorithms?: readonly Algorithm[] | undefined;
  /** Seconds that clocks may be apart. Default 5. */
  clockTolerance?: number | undefined;
  /** Where the keys are, for networks where the issuer's metadata can't be reached. */
  jwksUri?: string | undefined;
  /** `required`: only tokens bound to a key are accepted. Default `optional`. */
  dpop?: 'optional' | 'required' | undefined;
  /** Used proofs; default: in memory, the latest 100,000 at least. */
  replay?: ReplayStore | undefined;
  /** Proofs must carry a nonce of this API (RFC 9449 §9). At least 32 bytes, the same on all its servers. */
  dpopNonceSecret?: string | Uint8Array | undefined;
  /** `https://api.example.com`, where clients call it by another origin than this server sees. For DPoP. */
  publicOrigin?: string | undefined;
  fetch: typeof fetch;
  now: Clock;
}

export interface Verify {
  /** @returns the claims of the call's token @throws {ApiError} and nothing else */
  (call: Call, requirements?: Requirements): Promise<Claims>;
  /** Headers for the answer to a call that was let in: `dpop-nonce` where nonces are in use, else none. */
  answerHeaders(): Promise<Record<string, string>>;
}

/** @throws {TypeError} where the options can't be right */
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

  const verify = async (call: Call, requirements: Requirements = {}): Promise<Claims> => {
    const { scheme, token } = readPresented(call.headers, dpop);
    try {
      const claims = await verifyToken(token, { ...rules, now: now() });
      const jkt = claims.cnf?.jkt;
      requireScheme(scheme, jkt, dpop);
      if (jkt !== undefined) {
        const url = requirements.url ?? calledUrl(call.url, publicOrigin);
        const { method } = call;
        await checkProof(call.headers.get('dpop'), { token, jkt, method, url, replay, nonces, now: now() });
      }
      requireClaims(claims, requirements, { now: now() / 1_000, clockTolerance });
      return claims;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      throw error.answering(scheme, scheme === 'DPoP' ? await answerHeaders() : {});
    }
  };
  return Object.assign(verify, { answerHeaders });
}

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

/** A bound token without its proof is a bearer token again: whoever stole it could use it (RFC 9449 §7.2). */
function requireScheme(scheme: Scheme, jkt: string | undefined, dpop: 'optional' | 'required'): void {
  if (jkt === undefined && dpop === 'required') {
    throw new ApiError({
      code: 'invalid_token',
      reason: 'not_bound',
      message: 'The token is bound to no key, and this API wants one that is: ask for a token with a DPoP proof.',
    });
  }
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

/** The call's URL at the origin that clients know. */
const calledUrl = (url: string, publicOrigin: string | undefined): string =>
  publicOrigin === undefined ? url : publicOrigin + url.replace(/^[a-z]+:\/\/[^/?#]*/i, '');
