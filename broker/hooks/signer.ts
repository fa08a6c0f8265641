import { isLoopbackHost } from '@latchkey/shared/origin.ts';
import type { Clock } from '@latchkey/shared/time.ts';
import { createRemoteJWKSet, customFetch, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import type { UpstreamConfig } from '../config/types.ts';
import { createDiscovery } from '../upstream/discovery.ts';

/** Whoever signs what a provider sends to our hooks, found by discovery. */
export interface Signer {
  /** Its issuer, as its metadata and tokens write it. */
  issuer(): Promise<string>;
  /**
   * Checks signature, `typ`, `iss`, `aud` and age.
   *
   * @param expected `maxAgeS` counts from `iat`
   * @throws {Error} of jose where a check fails; {OAuthError} `temporarily_unavailable` where the provider cannot be reached
   */
  verify(token: string, expected: { typ: string; audience: string; maxAgeS: number }): Promise<JWTPayload>;
}

/** Whose tokens count at one provider's hooks. */
export interface HookSigners {
  /** The provider as people sign in there. */
  provider: Signer;
  /** Who asks for global revocation: at Okta the organization, which is another issuer than its authorization server. */
  revocation: Signer;
}

/** Signatures that a provider may use: asymmetric ones only, so that no public key can pass for a secret. */
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
/** Between the provider's clock and ours. */
const toleranceS = 60;
const timeoutMs = 5_000;

/** @param issuer whose metadata name the keys */
export function createSigner(deps: { issuer: string; fetch: typeof globalThis.fetch; now: Clock }): Signer {
  const { fetch, now } = deps;
  const issuerUrl = new URL(deps.issuer);
  const metadata = createDiscovery(
    deps.issuer,
    {
      [oauth.customFetch]: (url: string, init: oauth.CustomFetchOptions<string, unknown>) =>
        fetch(url, init as RequestInit),
      [oauth.allowInsecureRequests]: issuerUrl.protocol === 'http:' && isLoopbackHost(issuerUrl.hostname),
      signal: () => AbortSignal.timeout(timeoutMs),
    },
    now,
  );
  let keys: { uri: string; get: JWTVerifyGetKey } | undefined;

  /** jose reads the set again for an unknown `kid`, at most every 30 s: nobody can make us flood the provider. */
  const keysAt = (uri: string): JWTVerifyGetKey => {
    if (keys?.uri !== uri) {
      const get = createRemoteJWKSet(new URL(uri), {
        timeoutDuration: timeoutMs,
        [customFetch]: (url, init) => fetch(url, init as RequestInit),
      });
      keys = { uri, get };
    }
    return keys.get;
  };

  return {
    issuer: async () => (await metadata()).issuer,
    async verify(token, { typ, audience, maxAgeS }) {
      const { issuer, jwks_uri: uri } = await metadata();
      if (uri === undefined) throw new Error('the provider names no jwks_uri');
      const { payload } = await jwtVerify(token, keysAt(uri), {
        algorithms,
        typ,
        issuer,
        audience,
        requiredClaims: ['iat', 'jti'],
        maxTokenAge: maxAgeS,
        clockTolerance: toleranceS,
        currentDate: new Date(now()),
      });
      return payload;
    },
  };
}

export function createHookSigners(
  { issuer, hooks }: Pick<UpstreamConfig, 'issuer' | 'hooks'>,
  world: { fetch: typeof globalThis.fetch; now: Clock },
): HookSigners {
  const provider = createSigner({ issuer, ...world });
  const { revocationIssuer } = hooks;
  return {
    provider,
    revocation: revocationIssuer === undefined ? provider : createSigner({ issuer: revocationIssuer, ...world }),
  };
}
