import { authorizeRequest } from '@latchkey/shared/session-api.ts';
import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { spend } from '../limits/spend.ts';
import { jsonBody } from '../middleware/body.ts';
import { beginSignIn } from '../session/begin-sign-in.ts';

/** By address. An office that starts its day is one; each sign-in may have been tried in silence before. */
const budget = { name: 'session-authorize', count: 300, windowMs: 60_000 };

/** `POST /session/authorize`: opens a sign-in transaction for the key of the proof and says where to send the person. */
export function sessionAuthorize(deps: Deps) {
  return async (c: BrokerContext) => {
    await spend(deps, budget, c.get('network'));
    await c.get('useProof')();
    const request = await jsonBody(c, authorizeRequest);
    const { url, issuer, issRequired, expiresInMs } = await beginSignIn(deps, request, c.get('jkt'));
    return c.json({ authorization_url: url, issuer, iss_required: issRequired, expires_in: expiresInMs / 1_000 });
  };
}
