import { processRevocationResponse, revocationRequest } from 'oauth4webapi';
import { DeviceError } from './device-error.ts';
import { discover, type ServerOptions } from './server.ts';

/**
 * Ends a device's session at the broker. A token that is unknown there already is no error.
 *
 * @throws {DeviceError}
 * @see RFC 7009
 */
export async function revoke(options: ServerOptions & { refreshToken: string }): Promise<void> {
  const { as, client, auth, http, attempt } = await discover(options);
  if (!as.revocation_endpoint) throw new DeviceError('refused', `${as.issuer} has no revocation endpoint.`);
  await attempt(async () => {
    const response = await revocationRequest(as, client, auth, options.refreshToken, {
      ...http,
      additionalParameters: { token_type_hint: 'refresh_token' },
    });
    await processRevocationResponse(response);
  });
}
