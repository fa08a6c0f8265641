import { sessionRequest } from '@latchkey/shared/session-requests.ts';
import { inLanguages } from '../config/in-languages.ts';
import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { budgets } from '../limits/budgets.ts';
import { jsonBody } from '../middleware/body.ts';
import { readSessionCookie, writeSessionCookie } from '../middleware/session-cookie.ts';
import { wishedLanguages } from '../middleware/wished-languages.ts';
import { findSession } from '../session/authenticate-session.ts';
import { requireBegun, signIn } from '../session/extension-sign-in.ts';
import { sessionRowId } from '../session/session-secret.ts';
import { sessionView } from '../session/session-view.ts';

/** `POST /session` exchanges the code of a sign-in for a session and its cookie. */
export function sessionCreate(deps: Deps) {
  return async (c: BrokerContext) => {
    const jkt = c.get('jkt');
    const request = await jsonBody(c, sessionRequest);
    c.set('signIn', await requireBegun(deps, request, jkt));
    await deps.count(budgets.sessionCreate, c.get('network'));
    await c.get('useProof')();
    const current = await findSession(deps, { secret: readSessionCookie(c, jkt), jkt });
    const secret = await signIn(deps, request, {
      jkt,
      current: current?.row,
      userAgent: c.req.header('User-Agent'),
      address: c.get('address'),
    });
    const row = await deps.store.getSession(sessionRowId(secret));
    if (!row) throw new Error('the session just stored is not there');
    deps.metrics.signIn('session', 'completed');
    writeSessionCookie(c, jkt, secret, row.idleExpiresAt - deps.now());
    const config = inLanguages(deps.config, wishedLanguages(c));
    return c.json(await sessionView({ ...deps, config }, row), 201);
  };
}
