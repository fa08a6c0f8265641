import type { Log } from '../log.ts';

/**
 * Warns if a sign-in brought no refresh token. It works, but ends without a word when what the provider said is too old.
 *
 * @param of the provider's name and the client that signed in
 */
export function warnOfMissingGrant(
  { log }: { log: Pick<Log, 'warn'> },
  of: { upstream: string; client: string },
  refreshToken: string | undefined,
): void {
  if (refreshToken !== undefined) return;
  const cure =
    'Allow refresh tokens for this client at the provider. Then run latchkey doctor: it says if scopes lacks offline_access, too.';
  log.warn({ event: 'no_refresh_token', ...of, cure });
}
