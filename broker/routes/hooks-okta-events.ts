import * as v from 'valibot';
import type { UpstreamConfig } from '../config/types.ts';
import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { OAuthError } from '../errors.ts';
import { hookProvider } from '../hooks/hook-provider.ts';
import { onceOf } from '../hooks/once.ts';
import { sameText, sha256 } from '../keys/hash.ts';
import { jsonBody } from '../middleware/body.ts';
import { recheckPerson } from '../revocation/recheck-person.ts';

/** Event types that mean a person may have lost access. Other events are accepted and ignored. */
const telling = new Set([
  'user.lifecycle.deactivate',
  'user.lifecycle.suspend',
  'user.lifecycle.delete.initiated',
  'user.session.end',
  'group.user_membership.add',
  'group.user_membership.remove',
]);

/** Okta retries an event that was not acknowledged in time, and may deliver one twice. */
const rememberMs = 86_400_000;

const text = v.pipe(v.string(), v.maxLength(512));

const oktaEvents = v.object({
  eventId: v.pipe(text, v.minLength(1)),
  data: v.object({
    events: v.array(
      v.object({
        eventType: text,
        target: v.nullish(v.array(v.object({ type: text, id: v.nullish(text), alternateId: v.nullish(text) }))),
      }),
    ),
  }),
});

type OktaEvent = v.InferOutput<typeof oktaEvents>['data']['events'][number];

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
    const people = await findPeople(deps, await provider.issuer(), hints);
    for (const sub of people) await recheckPerson(deps, sub);
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
    throw new OAuthError('invalid_client', 'the Authorization header does not match the secret of this hook');
  }
}

async function findPeople(
  { store }: Pick<Deps, 'store'>,
  issuer: string,
  events: readonly OktaEvent[],
): Promise<Set<string>> {
  const users = events.flatMap(({ target }) => (target ?? []).filter(({ type }) => type === 'User'));
  const found = new Set<string>();
  for (const { id, alternateId } of users) {
    for (const which of [{ idpSub: id ?? '' }, { email: alternateId ?? '' }]) {
      if (Object.values(which).includes('')) continue;
      for (const { sub } of await store.findPeople({ issuer, ...which }, { limit: 100 })) found.add(sub);
    }
  }
  return found;
}
