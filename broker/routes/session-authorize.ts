import { authorizeRequest } from '@latchkey/shared/session-api.ts';
import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { budgets } from '../limits/budgets.ts';
import { countExactly } from '../limits/count-exactly.ts';
import { jsonBody } from '../middleware/body.ts';
import { beginSignIn } from '../session/begin-sign-in.ts';

/** `POST /session/authorize` opens a sign-in transaction for the key of the proof and returns where to send the person. */
export function sessionAuthorize(deps: Deps) {
  return async (c: BrokerContext) => {
    await countExactly(deps, budgets.sessionAuthorize, c.get('network'));
    await c.get('useProof')();
    const request = await jsonBody(c, authorizeRequest);
    const { url, issuer, issRequired, expiresInMs } = await beginSignIn(deps, request, c.get('jkt'));
    return c.json({ authorization_url: url, issuer, iss_required: issRequired, expires_in: expiresInMs / 1_000 });
  };
}
