/** Lifetime of a DPoP nonce, and so how long `jti` values are remembered, in milliseconds. */
export const nonceLifeMs = 300_000;
/** Allowed clock skew between servers that share the secret, in milliseconds. */
export const nonceSkewMs = 30_000;

/** @returns when the nonce expires (epoch milliseconds), or `undefined` if it is too old or from the future */
export function nonceEnd(issuedAt: number, now: number): number | undefined {
  const age = now - issuedAt;
  return age <= nonceLifeMs && age >= -nonceSkewMs ? issuedAt + nonceLifeMs : undefined;
}
