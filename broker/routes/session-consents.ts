import { parseScope } from '#shared/scope.ts';
import { consentRequest, consentRevocation } from '#shared/session-api.ts';
import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { OAuthError } from '../errors.ts';
import { jsonBody } from '../middleware/body.ts';
import { decide } from '../policy/decide.ts';
import { consentView } from '../session/view.ts';

/** `POST /session/consents`: the person agrees. Only what the policy allows can be agreed to. */
export function consentGrant(deps: Deps) {
  return async (c: BrokerContext) => {
    const { row } = c.get('session');
    const { origin, resource, scope } = await jsonBody(c, consentRequest);
    const scopes = parseScope(scope);
    const answer = decide(deps.config, {
      origin,
      resource,
      scopes,
      claims: row.claims,
      consented: scopes,
      now: deps.now(),
    });
    // Stepping up is for the token; agreeing beforehand does no harm.
    if (!answer.allowed && answer.error !== 'insufficient_user_authentication')
      throw new OAuthError(answer.error, answer.why);
    await deps.store.grantConsent({ sub: row.sub, origin, resource, scopes }, deps.now());
    await deps.store.appendAudit(
      { type: 'consent.granted', sub: row.sub, detail: { origin, resource, scope } },
      deps.now(),
    );
    await deps.feed.publish({ type: 'consent', sub: row.sub });
    return list(deps, c);
  };
}

/** `DELETE /session/consents`: the person takes it back, for one resource or the whole site. Twice is no error. */
export function consentRevoke(deps: Deps) {
  return async (c: BrokerContext) => {
    const { row } = c.get('session');
    const { origin, resource } = await jsonBody(c, consentRevocation);
    const revoked = await deps.store.revokeConsent({ sub: row.sub, origin, resource });
    if (revoked > 0) {
      await deps.store.appendAudit({ type: 'consent.revoked', sub: row.sub, detail: { origin, resource } }, deps.now());
      await deps.feed.publish({ type: 'consent', sub: row.sub });
    }
    return list(deps, c);
  };
}

async function list({ store }: Deps, c: BrokerContext) {
  return c.json({ consents: (await store.listConsents(c.get('session').row.sub)).map(consentView) });
}
