import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { formBody } from '../middleware/body.ts';
import { readPageSession, requireCsrf } from '../web/page-session.ts';
import { forgetSignIn } from '../web/remember-sign-in.ts';

/** `POST /signout`: "not you?" on the pages. The next sign-in shows the provider's account selection. */
export function signOut(deps: Pick<Deps, 'ring' | 'store' | 'now'>) {
  return async (c: BrokerContext) => {
    const page = await readPageSession(deps, c);
    requireCsrf(deps, page, (await formBody(c)).csrf);
    await forgetSignIn(deps, c, page);
    return c.redirect('/device', 303);
  };
}
