import { isLoopbackHost } from '@latchkey/shared/origin.ts';
import type { Clock } from '@latchkey/shared/time.ts';
import { createRemoteJWKSet, customFetch, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import type { UpstreamConfig } from '../config/types.ts';
import { unavailable } from '../errors.ts';
import { createDiscovery } from '../upstream/discovery.ts';
import { numericDate } from '../upstream/provider-values.ts';

/** The signer of what a provider sends to our hooks, found by discovery. */
export interface Signer {
  /** Its issuer, as written in its metadata and tokens. */
  issuer(): Promise<string>;
  /**
   * Checks signature, `typ`, `iss`, `aud` and age.
   *
   * @param expected `types` lists the accepted `typ` values in lower case, `undefined` for none; `maxAgeS` counts from
   *   `iat`
   * @returns the claims, with `iat` in whole seconds
   * @throws {Error} of jose if the token is wrong; {OAuthError} `temporarily_unavailable` if it can't be checked now,
   *   because the provider's metadata or keys can't be had
   */
  verify(token: string, expected: Expected): Promise<JWTPayload & { iat: number }>;
}

export interface Expected {
  types: readonly (string | undefined)[];
  audience: string;
  maxAgeS: number;
}

/** The signers whose tokens one provider's hooks accept. */
export interface HookSigners {
  /** The provider that people sign in at. */
  provider: Signer;
  /** The caller of global revocation. At Okta, this is the organization, whose issuer differs from the authorization server's. */
  revocation: Signer;
}

/** The signature algorithms that a provider may use. Only asymmetric ones, so that no public key can pass for a secret. */
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
/** The tolerated difference between the provider's clock and ours. */
const toleranceS = 60;
const timeoutMs = 5_000;
/** How often an unknown `kid` may cause the keys to be read again, so that nobody can make us flood the provider. */
const cooldownMs = 30_000;

/** @param issuer its metadata names the keys */
export function createSigner(deps: {
  issuer: string;
  discoveryUrl?: string | undefined;
  fetch: typeof globalThis.fetch;
  now: Clock;
}): Signer {
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
    deps.discoveryUrl,
  );
  let keys: { uri: string; get: JWTVerifyGetKey } | undefined;
  let reads = 0;

  const keysAt = (uri: string): JWTVerifyGetKey => {
    if (keys?.uri !== uri) {
      const get = createRemoteJWKSet(new URL(uri), {
        timeoutDuration: timeoutMs,
        cooldownDuration: cooldownMs,
        [customFetch]: (url, init) => {
          reads += 1;
          return fetch(url, init as RequestInit);
        },
      });
      keys = { uri, get };
    }
    return keys.get;
  };

  /** Returns the key of a token. */
  const keyOf: (uri: string) => JWTVerifyGetKey = (uri) => async (header, jws) => {
    const before = reads;
    try {
      return await keysAt(uri)(header, jws);
    } catch (cause) {
      const isOfToken = cause instanceof errors.JWKSMultipleMatchingKeys || cause instanceof errors.JOSENotSupported;
      // An unknown key is a forgery only if the keys were read after the token came: it may be newer than our copy.
      if (isOfToken || (cause instanceof errors.JWKSNoMatchingKey && reads > before)) throw cause;
      throw unavailable('the keys of the identity provider cannot be read now; try again', cooldownMs, cause);
    }
  };

  return {
    issuer: async () => (await metadata()).issuer,
    async verify(token, { types, audience, maxAgeS }) {
      const { issuer, jwks_uri: uri } = await metadata();
      if (uri === undefined) throw unavailable('the identity provider names no jwks_uri', cooldownMs);
      const { payload, protectedHeader } = await jwtVerify(token, keyOf(uri), {
        algorithms,
        issuer,
        audience,
        requiredClaims: ['iat', 'jti'],
        maxTokenAge: maxAgeS,
        clockTolerance: toleranceS,
        currentDate: new Date(now()),
      });
      const iat = numericDate(payload.iat);
      if (!types.includes(mediaTypeOf(protectedHeader.typ))) throw new errors.JWTInvalid('unexpected typ');
      if (iat === undefined) throw new errors.JWTInvalid('iat is not a date');
      return { ...payload, iat };
    },
  };
}

/** `typ` without its optional prefix (RFC 7515 §4.1.9). */
const mediaTypeOf = (typ: unknown): string | undefined =>
  typ === undefined
    ? undefined
    : String(typ)
        .toLowerCase()
        .replace(/^application\//, '');

export function createHookSigners(
  { issuer, discoveryUrl, hooks }: Pick<UpstreamConfig, 'issuer' | 'discoveryUrl' | 'hooks'>,
  world: { fetch: typeof globalThis.fetch; now: Clock },
): HookSigners {
  const provider = createSigner({ issuer, discoveryUrl, ...world });
  const { revocationIssuer } = hooks;
  return {
    provider,
    revocation: revocationIssuer === undefined ? provider : createSigner({ issuer: revocationIssuer, ...world }),
  };
}
