import { createVerifier, type VerifierOptions, type Verify } from './verifier.ts';

export { parseScope } from '@latchkey/shared/scope.ts';
export { ApiError, type ApiErrorCode, type TokenFault } from './api-error.ts';
export type { Call } from './call.ts';
export type { Claims } from './claims.ts';
export { type CorsOptions, corsHeaders } from './cors.ts';
export { type Algorithm, type Dialect, dialects, type ProviderName } from './dialects.ts';
export type { ReplayStore } from './replay.ts';
export type { Requirements } from './requirements.ts';
export type { Verify } from './verifier.ts';

/**
 * Creates a function that verifies the access token of a request. It fetches the issuer's keys when the first token
 * arrives, and caches them. Create one verifier per API and reuse it.
 *
 * @param options `issuer` and `audience` are required
 * @returns verifies a request and returns the claims of its token, or throws an {@link ApiError}
 * @throws {TypeError} if an option is invalid
 * @see RFC 9068 §4
 * @see RFC 6750
 * @see RFC 9449 §7
 * @example
 * const verify = verifier({ issuer: 'https://latchkey.example.com', audience: 'https://api.example.com' });
 * try {
 *   const { sub } = await verify(request, { scopes: ['orders:read'] });
 * } catch (error) {
 *   if (error instanceof ApiError) return error.toResponse();
 *   throw error;
 * }
 */
export function verifier({
  fetch = (input, init) => globalThis.fetch(input, init),
  now = () => Date.now(),
  ...options
}: Omit<VerifierOptions, 'fetch' | 'now'> & Partial<Pick<VerifierOptions, 'fetch' | 'now'>>): Verify {
  return createVerifier({ ...options, fetch, now });
}
