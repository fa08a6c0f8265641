import { randomBytes } from 'node:crypto';
import type { Deps } from '../deps.ts';
import { sha256 } from '../keys/hash.ts';
import { warnOfMissingGrant } from '../upstream/warn-of-missing-grant.ts';
import { codeHash, codeLifeMs, newCode } from './authorization-code-format.ts';
import type { NativeRequest } from './authorization-request.ts';
import type { UpstreamGranted } from './decide-device-request.ts';
import { grantPublicKey, sealGrant } from './grants/grant-seal.ts';
import { formatSealedGrant } from './grants/sealed-grant.ts';

/** Who allowed the client, and from where. */
interface Allowed {
  sub: string;
  address: string;
  userAgent: string | undefined;
}

/**
 * "Allow": seals the provider's grant under a new authorization code.
 *
 * @returns the code
 */
export async function allowNativeClient(
  { store, ring, log, now }: Pick<Deps, 'store' | 'ring' | 'log' | 'now'>,
  { clientId, redirectUri, codeChallenge, nonce, dpopJkt, scopes, resource }: NativeRequest,
  { identity, refreshToken, upstream, beganAt }: UpstreamGranted,
  { sub, address, userAgent }: Allowed,
): Promise<string> {
  warnOfMissingGrant({ log }, { upstream, client: clientId }, refreshToken);
  const code = newCode();
  // Read once: the key file may be replaced at any time.
  const { key, kid: ringKid } = ring.current;
  const publicKey = grantPublicKey(key, code);
  await store.insertDeviceGrant({
    deviceCodeHash: codeHash(code),
    // Nobody types this code, so its hash is random.
    userCodeHash: sha256(randomBytes(32)),
    clientId,
    scopes,
    resource,
    publicKey,
    ringKid,
    interval: 5,
    createdAt: now(),
    expiresAt: now() + codeLifeMs,
    ip: address,
    userAgent: userAgent?.slice(0, 200),
  });
  const sealedGrant = await sealGrant(
    publicKey,
    formatSealedGrant({
      refreshToken,
      upstream,
      issuer: identity.issuer,
      issuedAt: identity.issuedAt,
      refreshedAt: now(),
      beganAt,
      authorization: { redirectUri, codeChallenge, nonce, dpopJkt },
    }),
  );
  const allow = { decision: 'allow', sub, sealedGrant, claims: identity.claims, scopes } as const;
  const decided = await store.decideDeviceGrant(codeHash(code), allow, now(), {
    at: now(),
    audit: [{ type: 'device.allowed', sub, detail: { client: clientId, scope: scopes.join(' ') } }],
  });
  if (!decided) throw new Error('the code just stored is gone');
  return code;
}
