import type { ResourceConfig } from '../config/types.ts';
import type { Deps } from '../deps.ts';
import { OAuthError } from '../errors.ts';
import type { CheckedProof } from '../tokens/proof-checker.ts';

/**
 * Checks the DPoP proof of a token request (RFC 9449 §5), if it has one.
 *
 * @param header the `DPoP` header
 * @throws {OAuthError} `invalid_dpop_proof` or `use_dpop_nonce`, both with status 400 and a nonce
 */
export async function tokenProof(
  deps: Pick<Deps, 'config' | 'checkProof' | 'nonces'>,
  header: string | undefined,
): Promise<CheckedProof | undefined> {
  if (header === undefined) return undefined;
  const proof = await atTokenEndpoint(deps, () =>
    deps.checkProof(header, { method: 'POST', url: `${deps.config.issuer}/token` }),
  );
  // A grant may begin again within a request, with the same proof.
  let used: Promise<void> | undefined;
  return {
    jkt: proof.jkt,
    use() {
      used ??= atTokenEndpoint(deps, proof.use);
      return used;
    },
  };
}

/**
 * Requires that the request has a proof if the resource accepts only bound tokens, and none if it accepts no bound
 * tokens: a proof is never ignored.
 *
 * @returns the thumbprint of the key to bind the token to
 * @throws {OAuthError} `invalid_dpop_proof`
 */
export function requireBinding(
  { nonces }: Pick<Deps, 'nonces'>,
  { dpop }: Pick<ResourceConfig, 'dpop'>,
  proof: CheckedProof | undefined,
): string | undefined {
  const wrong =
    dpop === 'required' && !proof
      ? 'this resource accepts only bound tokens; send a proof in the DPoP header'
      : dpop === 'off' && proof
        ? 'this resource accepts no bound tokens (dpop: off); leave out the DPoP header'
        : undefined;
  if (wrong === undefined) return proof?.jkt;
  throw new OAuthError('invalid_dpop_proof', wrong, { status: 400, headers: { 'DPoP-Nonce': nonces.issue() } });
}

/** The token endpoint answers errors of proofs with 400 (RFC 9449 §5, §8). */
async function atTokenEndpoint<T>({ nonces }: Pick<Deps, 'nonces'>, check: () => Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (cause) {
    if (!(cause instanceof OAuthError)) throw cause;
    throw new OAuthError(cause.code, cause.message, {
      status: 400,
      headers: { 'DPoP-Nonce': nonces.issue() },
      cause,
      failed: cause.failed,
    });
  }
}
