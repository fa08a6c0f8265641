import { parseScope } from '@latchkey/shared/scope.ts';
import { type ConsentRequest, consentRequest, consentRevocation } from '@latchkey/shared/session-requests.ts';
import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { jsonBody } from '../middleware/body.ts';
import { decisionsView } from '../session/session-view.ts';
import { allowSite, letSiteAsk, refuseSite, takeBackSite } from '../session/site-decisions.ts';
import type { Session } from '../store/store.ts';

/** `POST /session/consents` records the person's decision about a site. */
export function consentDecide(deps: Deps) {
  return async (c: BrokerContext) => {
    const { row } = c.get('session');
    await decided(deps, row, await jsonBody(c, consentRequest));
    return c.json(await decisionsView(deps, row));
  };
}

function decided(deps: Deps, row: Session, request: ConsentRequest): Promise<void> {
  switch (request.decision) {
    case 'never':
      return refuseSite(deps, row.sub, request.origin);
    case 'ask':
      return letSiteAsk(deps, row.sub, request.origin);
    default: {
      const access = [request, ...(request.also ?? [])].map(({ resource, scope }) => ({
        resource,
        scopes: parseScope(scope),
      }));
      return allowSite(deps, row, { origin: request.origin, access });
    }
  }
}

/** `DELETE /session/consents` revokes what the person allowed, for one resource or the whole site. */
export function consentRevoke(deps: Pick<Deps, 'store' | 'now'>) {
  return async (c: BrokerContext) => {
    const { row } = c.get('session');
    await takeBackSite(deps, row.sub, await jsonBody(c, consentRevocation));
    return c.json(await decisionsView(deps, row));
  };
}
