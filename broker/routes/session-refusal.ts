import { sessionRefusal } from '@latchkey/shared/session-requests.ts';
import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { budgets } from '../limits/budgets.ts';
import { jsonBody } from '../middleware/body.ts';
import { requireBegun } from '../session/extension-sign-in.ts';
import { refuseSignIn } from '../session/refuse-sign-in.ts';

/** `POST /session/refusal` reports that the provider refused a sign-in. It ends that sign-in. */
export function sessionRefused(deps: Deps) {
  return async (c: BrokerContext) => {
    const jkt = c.get('jkt');
    const request = await jsonBody(c, sessionRefusal);
    const signIn = await requireBegun(deps, request, jkt);
    c.set('signIn', signIn);
    await deps.count(budgets.sessionCreate, c.get('network'));
    await c.get('useProof')();
    await refuseSignIn(deps, request, { jkt, requestId: c.get('requestId'), signIn });
    deps.metrics.signIn('session', 'provider_refused');
    return c.body(null, 204);
  };
}
