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
 * Makes the check that stands before an API's work. Nothing is fetched until the first token comes.
 *
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
