import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { pageForm } from '../web/page-form.ts';
import { forgetSignIn } from '../web/remember-sign-in.ts';

/** `POST /signout`: "not you?" on the pages. The next sign-in shows the provider's account selection. */
export function signOut(deps: Pick<Deps, 'ring' | 'store' | 'count' | 'now'>) {
  return async (c: BrokerContext) => {
    const { page } = await pageForm(deps, c);
    await forgetSignIn(deps, c, page);
    return c.redirect('/device', 303);
  };
}
