import { tokenRequest } from '@latchkey/shared/session-requests.ts';
import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { jsonBody } from '../middleware/body.ts';
import { grantToken } from '../session/grant-token.ts';

/** `POST /session/token` issues a short-lived token for one origin and one resource. Only the broker decides. */
export function sessionToken(deps: Deps) {
  return async (c: BrokerContext) => {
    const request = await jsonBody(c, tokenRequest);
    return c.json(await grantToken(deps, c.get('session'), request, c.get('address')));
  };
}
