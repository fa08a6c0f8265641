import { deviceCodeGrantType } from '@latchkey/shared/grant-types.ts';
import type { OAuthErrorCode } from '@latchkey/shared/oauth-errors.ts';
import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { OAuthError } from '../errors.ts';
import { budgets } from '../limits/budgets.ts';
import { formBody } from '../middleware/body.ts';
import { callerOf } from '../middleware/rate-limit.ts';
import type { Form } from '../oauth/form.ts';
import { authorizationCodeGrant } from '../oauth/grants/authorization-code.ts';
import { clientCredentialsGrant } from '../oauth/grants/client-credentials.ts';
import { deviceCodeGrant } from '../oauth/grants/device-code.ts';
import { refreshTokenGrant } from '../oauth/grants/refresh-token.ts';
import { type ClientRequest, requireClient } from '../oauth/public-client.ts';

/** Answers to a client, code or token that is not ours. */
const wrong: ReadonlySet<OAuthErrorCode> = new Set(['invalid_client', 'invalid_grant']);

/** `POST /token` dispatches to the supported grants (RFC 6749 §3.2, RFC 8628 §3.4). */
export function token(deps: Deps) {
  const ofDevices =
    (grant: (deps: Deps, request: ClientRequest) => Promise<object>) => async (c: BrokerContext, form: Form) => {
      let caller = callerOf(c, deps.config);
      try {
        const client = requireClient(deps, form, c.req.header('authorization'));
        caller = `${client.clientId} ${caller}`;
        return await grant(deps, { client, form, address: c.get('address'), caller });
      } catch (error) {
        if (error instanceof OAuthError && wrong.has(error.code)) await deps.count(budgets.tokenRefused, caller);
        throw error;
      }
    };
  const ofServices = async (c: BrokerContext, form: Form) => {
    const { answer, nextNonce } = await clientCredentialsGrant(deps, {
      authorization: c.req.header('authorization'),
      form,
      path: c.req.path,
      network: callerOf(c, deps.config),
      proof: c.req.header('DPoP'),
    });
    if (nextNonce !== undefined) c.header('DPoP-Nonce', nextNonce);
    return answer;
  };
  const grants = new Map<string, (c: BrokerContext, form: Form) => Promise<object>>([
    [deviceCodeGrantType, ofDevices(deviceCodeGrant)],
    ['authorization_code', ofDevices(authorizationCodeGrant)],
    ['refresh_token', ofDevices(refreshTokenGrant)],
    ['client_credentials', ofServices],
  ]);
  return async (c: BrokerContext) => {
    const form = await formBody(c);
    if (form.grant_type === undefined) throw new OAuthError('invalid_request', 'grant_type is missing');
    const grant = grants.get(form.grant_type);
    if (!grant)
      throw new OAuthError('unsupported_grant_type', `grant_type must be one of: ${[...grants.keys()].join(' ')}`);
    return c.json(await grant(c, form));
  };
}
