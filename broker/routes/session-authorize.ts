import { authorizeRequest } from '@latchkey/shared/session-requests.ts';
import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { jsonBody } from '../middleware/body.ts';
import { beginSignIn } from '../session/begin-sign-in.ts';

/** `POST /session/authorize` opens a sign-in transaction for the key of the proof and returns where to send the person. */
export function sessionAuthorize(deps: Deps) {
  return async (c: BrokerContext) => {
    const request = await jsonBody(c, authorizeRequest);
    const caller = { jkt: c.get('jkt'), network: c.get('network'), useProof: c.get('useProof') };
    const { url, issuer, issRequired, expiresInMs, signInId } = await beginSignIn(deps, request, caller);
    c.set('signIn', signInId);
    return c.json({
      authorization_url: url,
      issuer,
      iss_required: issRequired,
      expires_in: expiresInMs / 1_000,
      sign_in_id: signInId,
    });
  };
}
