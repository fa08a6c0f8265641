import type { UpstreamConfig } from '../config/types.ts';
import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { OAuthError } from '../errors.ts';
import { hookProvider } from '../hooks/hook-provider.ts';
import { type OktaEvent, oktaEvents } from '../hooks/okta-events.ts';
import { onceOf } from '../hooks/once.ts';
import { sameText, sha256 } from '../keys/hash.ts';
import { jsonBody } from '../middleware/body.ts';
import { recheckPerson } from '../revocation/recheck-person.ts';
import type { ProviderPerson } from '../store/store.ts';
import { isProviderId } from '../upstream/provider-values.ts';

/**
 * Event types that mean a person may have lost access, or that someone else may have it. Other events are accepted and
 * ignored.
 *
 * @see https://developer.okta.com/docs/reference/api/event-types/
 */
const telling = new Set([
  'user.lifecycle.deactivate',
  'user.lifecycle.suspend',
  'user.lifecycle.delete.initiated',
  'user.lifecycle.delete.completed',
  'user.session.end',
  'user.session.clear',
  'user.authentication.universal_logout',
  'user.account.lock',
  'user.account.reset_password',
  'user.account.expire_password',
  'user.account.update_password',
  'user.account.report_suspicious_activity_by_enduser',
  'user.mfa.factor.deactivate',
  'user.mfa.factor.reset_all',
  'group.user_membership.add',
  'group.user_membership.remove',
  'application.user_membership.remove',
  'application.user_membership.revoke',
  'application.user_membership.deprovision',
]);

/** Okta retries an event that was not acknowledged in time, and may deliver one twice. */
const rememberMs = 86_400_000;

/** `GET /hooks/:upstream/okta-events` answers Okta's one-time verification of the endpoint. */
export function oktaEventsChallenge(deps: Deps) {
  return (c: BrokerContext) => {
    requireSecret(c, hookProvider(deps, c.req.param('upstream')).config);
    const challenge = c.req.header('X-Okta-Verification-Challenge');
    if (challenge === undefined || challenge.length > 1_024) {
      throw new OAuthError('invalid_request', 'the X-Okta-Verification-Challenge header is missing');
    }
    return c.json({ verification: challenge });
  };
}

/**
 * `POST /hooks/:upstream/okta-events` receives hints. The secret is long-lived and travels with every call, so an
 * event is not trusted as fact: the broker asks the provider about the people it names.
 */
export function oktaEventsReceive(deps: Deps) {
  return async (c: BrokerContext) => {
    const { config, provider } = hookProvider(deps, c.req.param('upstream'));
    requireSecret(c, config);
    const { eventId, data } = await jsonBody(c, oktaEvents);
    const once = onceOf(deps, `okta:${config.name}:${eventId}`, rememberMs);
    if (await once.isDone()) return c.body(null, 204);
    const hints = data.events.filter(({ eventType }) => telling.has(eventType));
    const people = new Set<string>();
    for (const target of targetsOf(await provider.issuer(), hints)) {
      for (const sub of await recheckPerson(deps, target)) people.add(sub);
    }
    if (people.size > 0) {
      const types = [...new Set(hints.map(({ eventType }) => eventType))];
      await deps.store.appendAudit(
        { type: 'hook.okta_events', detail: { upstream: config.name, event: eventId, types, people: [...people] } },
        deps.now(),
      );
    }
    await once.done();
    return c.body(null, 204);
  };
}

function requireSecret(c: BrokerContext, { hooks }: UpstreamConfig): void {
  const { oktaEventsSecret } = hooks;
  if (oktaEventsSecret === undefined) {
    throw new OAuthError('not_found', 'this provider has no hooks.okta_events_secret in the configuration');
  }
  // Digests have a fixed length, so the comparison reveals nothing about the length of the secret.
  const given = sha256(c.req.header('Authorization') ?? '');
  if (!sameText(given, sha256(oktaEventsSecret))) {
    throw new OAuthError('invalid_client', 'the Authorization header does not match the secret of this hook', {
      failed: { kind: 'hook_authentication' },
    });
  }
}

/** Returns whom the events are about. An event without a user as its target, as `user.session.end`, is about its actor. */
function targetsOf(issuer: string, events: readonly OktaEvent[]): ProviderPerson[] {
  return events.flatMap(({ actor, target }) => {
    const users = [target ?? []].flat().filter(({ type }) => type === 'User');
    const meant = users.length > 0 ? users : [actor].filter((party) => party?.type === 'User');
    return meant.flatMap((party) => [
      ...(isProviderId(party?.id) ? [{ issuer, idpSub: party.id }] : []),
      ...(party?.alternateId ? [{ issuer, email: party.alternateId }] : []),
    ]);
  });
}
