import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { formBody } from '../middleware/body.ts';
import { newPageSession, readPageSession, requireCsrf, writePageSession } from '../people/page-session.ts';

/** `POST /signout`: "not you?" on the pages. The next sign-in asks who it is. */
export function signOut(deps: Deps) {
  return async (c: BrokerContext) => {
    requireCsrf(deps, readPageSession(deps, c), (await formBody(c)).csrf);
    writePageSession(deps, c, { ...newPageSession(deps.now()), chooseAccount: true });
    return c.redirect('/device', 303);
  };
}
