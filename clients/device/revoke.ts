import { processRevocationResponse, revocationRequest } from 'oauth4webapi';
import { DeviceError } from './device-error.ts';
import { discover, type ServerOptions } from './server.ts';

/**
 * Revokes a refresh token and the sign-in that it belongs to. An unknown or expired token is not an error.
 *
 * @throws {DeviceError} `refused` if the broker has no revocation endpoint or rejects the client
 * @throws {DeviceError} `unreachable`, `bad_answer` or `invalid_issuer` if the broker can't be used
 * @throws the signal's reason, if it aborts
 * @see RFC 7009
 * @example
 * await revoke({ issuer, clientId, refreshToken: stored.refresh_token });
 */
export async function revoke(options: ServerOptions & { refreshToken: string }): Promise<void> {
  const { as, client, auth, http, attempt } = await discover(options, true);
  if (!as.revocation_endpoint) throw new DeviceError('refused', `${as.issuer} has no revocation endpoint.`);
  await attempt(async () => {
    const response = await revocationRequest(as, client, auth, options.refreshToken, {
      ...http,
      additionalParameters: { token_type_hint: 'refresh_token' },
    });
    await processRevocationResponse(response);
  });
}
