import { deviceCodeGrantType } from '@latchkey/shared/grant-types.ts';
import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { OAuthError } from '../errors.ts';
import { sha256 } from '../keys/hash.ts';
import { budgets } from '../limits/budgets.ts';
import { formBody } from '../middleware/body.ts';
import type { Form } from '../oauth/form.ts';
import { authorizationCodeGrant } from '../oauth/grants/authorization-code.ts';
import { clientCredentialsGrant } from '../oauth/grants/client-credentials.ts';
import { deviceCodeGrant } from '../oauth/grants/device-code.ts';
import { refreshTokenGrant } from '../oauth/grants/refresh-token.ts';
import { type ClientRequest, requireClient } from '../oauth/public-client.ts';
import { familyRowId, parseRefreshToken } from '../oauth/refresh-token-format.ts';

/** `POST /token` dispatches to the supported grants (RFC 6749 §3.2, RFC 8628 §3.4). */
export function token(deps: Deps) {
  const ofDevices =
    (grant: (deps: Deps, request: ClientRequest) => Promise<object>) => (c: BrokerContext, form: Form) =>
      grant(deps, {
        client: requireClient(deps, form, c.req.header('authorization')),
        form,
        address: c.get('address'),
        proof: c.req.header('DPoP'),
      });
  const ofServices = (c: BrokerContext, form: Form) =>
    clientCredentialsGrant(deps, {
      authorization: c.req.header('authorization'),
      form,
      path: c.req.path,
      network: c.get('network'),
      proof: c.req.header('DPoP'),
    });
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
    await countGrant(deps, c, form);
    if (c.req.header('DPoP') !== undefined) c.header('DPoP-Nonce', deps.nonces.issue());
    return c.json(await grant(c, form));
  };
}

/** Each grant type has its own budget, so polls never use up what refreshes need. */
async function countGrant(
  { countInChunks }: Pick<Deps, 'countInChunks'>,
  c: BrokerContext,
  { grant_type, client_id, refresh_token }: Form,
) {
  const budget = Object.entries(budgets.grants).find(([name]) => name === grant_type)?.[1];
  if (budget) await countInChunks(budget, sha256(`${client_id ?? ''}\0${c.get('network')}`));
  const refreshToken = refresh_token === undefined ? undefined : parseRefreshToken(refresh_token);
  if (refreshToken) await countInChunks(budgets.deviceRefresh, familyRowId(refreshToken));
}
