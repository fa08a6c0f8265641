import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { OAuthError } from '../errors.ts';
import { formBody } from '../middleware/body.ts';
import { callerOf } from '../middleware/rate-limit.ts';
import { revokeToken } from '../oauth/revoke-token.ts';
import { revokingClient } from '../oauth/revoking-client.ts';

/**
 * `POST /revoke` (RFC 7009) ends the session that a refresh or access token names. It responds 200 for any token of the
 * client, and for invalid ones, with an empty JSON object: some clients parse every response.
 */
export function revoke(deps: Deps) {
  return async (c: BrokerContext) => {
    const form = await formBody(c);
    const clientId = await revokingClient(deps, {
      authorization: c.req.header('authorization'),
      form,
      path: c.req.path,
      network: callerOf(c, deps.config),
    });
    if (form.token === undefined) throw new OAuthError('invalid_request', 'token is missing');
    await revokeToken(deps, clientId, form.token);
    return c.json({});
  };
}
