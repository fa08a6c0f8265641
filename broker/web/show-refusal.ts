import type { BrokerContext } from '../env.ts';
import type { RefusalKind } from '../upstream/sign-in-refusal.ts';
import { type RefusedSignIn, refusedPage } from './pages/refused-page.ts';

const statuses = { denied: 403, interaction: 403, unavailable: 503, setup: 502 } as const satisfies Record<
  RefusalKind,
  number
>;

/** Responds with the page of a refused sign-in. */
export const showRefusal = (c: BrokerContext, view: RefusedSignIn) =>
  c.html(refusedPage(c.get('language'), view, c.get('requestId')), statuses[view.kind]);
