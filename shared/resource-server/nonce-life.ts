/** How long a DPoP nonce is good, and so how long `jti` values are remembered, in milliseconds. */
export const nonceLifeMs = 300_000;
/** The clocks of servers that share the secret may differ by so much, in milliseconds. */
export const nonceSkewMs = 30_000;

/** @returns when a nonce of ours ends (epoch milliseconds), or `undefined` where it is too old or from the future */
export function nonceEnd(issuedAt: number, now: number): number | undefined {
  const age = now - issuedAt;
  return age <= nonceLifeMs && age >= -nonceSkewMs ? issuedAt + nonceLifeMs : undefined;
}
