import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { budgets } from '../limits/budgets.ts';
import { formBody } from '../middleware/body.ts';
import type { Form } from '../oauth/form.ts';
import { type PageSession, readPageSession, requireCsrf } from './page-session.ts';

/**
 * Reads a form of the broker's own pages. It counts only if it was made for this browser, and then for the person, so
 * neither other sites nor others at the same address can use up what a signed-in person needs.
 *
 * @throws {OAuthError} `invalid_request`; `too_many_requests`
 */
export async function pageForm(
  deps: Pick<Deps, 'ring' | 'store' | 'count' | 'now'>,
  c: BrokerContext,
): Promise<{ page: PageSession; form: Form }> {
  const page = await readPageSession(deps, c);
  const form = await formBody(c);
  requireCsrf(deps, page, form.csrf);
  await deps.count(budgets.pageForms, page.person?.sub ?? c.get('network'));
  return { page, form };
}
