import { randomUUID } from 'node:crypto';
import { type CryptoKey, SignJWT } from 'jose';
import type { OktaUser } from './model.ts';

interface Deps {
  org: string;
  clientId: string;
  privateKey: CryptoKey;
  kid: string;
  now: () => number;
}

/** Whom Okta names in a Universal Logout, as the application's settings say. */
export type LogoutSubject = 'email' | 'iss_sub';

/** What Okta sends on its own account. Each returns the request, for a test to deliver. */
export function createSignals({ org, clientId, privateKey, kid, now }: Deps) {
  const json = (url: string, authorization: string, body: unknown): Request =>
    new Request(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: authorization },
      body: JSON.stringify(body),
    });

  return {
    /**
     * An event hook's call, which can carry several events.
     *
     * @see https://developer.okta.com/docs/concepts/event-hooks/#sample-event-delivery-payload
     */
    eventHook(
      url: string,
      secret: string,
      events: readonly { eventType: string; user: OktaUser; hasTarget?: boolean }[],
    ) {
      const published = new Date(now()).toISOString();
      return json(url, secret, {
        eventType: 'com.okta.event_hook',
        eventTypeVersion: '1.0',
        cloudEventsVersion: '0.1',
        source: `${org}/api/v1/eventHooks/who8tsqyrhCdmetzx135`,
        eventId: randomUUID(),
        data: {
          events: events.map(({ eventType, user, hasTarget = true }) => ({
            uuid: randomUUID(),
            published,
            eventType,
            version: '0',
            displayMessage: eventType,
            severity: 'INFO',
            client: { userAgent: null, zone: null, device: null, id: null, ipAddress: null, geographicalContext: null },
            actor: hasTarget ? { ...party(user), id: '00u-admin', alternateId: 'admin@acme.example' } : party(user),
            outcome: { result: 'SUCCESS', reason: null },
            target: hasTarget ? [party(user)] : null,
          })),
        },
        eventTime: published,
        contentType: 'application/json',
      });
    },

    /** The one-time verification: https://developer.okta.com/docs/concepts/event-hooks/#one-time-verification-request */
    eventHookVerification: (url: string, secret: string, challenge: string) =>
      new Request(url, { headers: { Authorization: secret, 'x-okta-verification-challenge': challenge } }),

    /**
     * Universal Logout. The org signs it, whichever authorization server the person signed in at; `sub` is the application,
     * and `nbf` lies five minutes back.
     *
     * @see https://developer.okta.com/docs/guides/oin-universal-logout-overview/
     * @param member `subject` is its name in the first drafts: https://auth0.com/docs/api/authentication/logout/global-token-revocation
     */
    async universalLogout(
      url: string,
      { id, login }: OktaUser,
      as: LogoutSubject,
      member: 'sub_id' | 'subject' = 'sub_id',
    ) {
      const iat = Math.floor(now() / 1_000);
      const token = await new SignJWT({
        jti: randomUUID(),
        iss: org,
        sub: clientId,
        aud: url,
        iat,
        nbf: iat - 300,
        exp: iat + 300,
      })
        .setProtectedHeader({ alg: 'RS256', kid, typ: 'global-token-revocation+jwt' })
        .sign(privateKey);
      const subject = as === 'email' ? { format: 'email', email: login } : { format: 'iss_sub', iss: org, sub: id };
      return json(url, `Bearer ${token}`, { [member]: subject });
    },
  };
}

const party = ({ id, login, name }: OktaUser) => ({
  id,
  type: 'User',
  alternateId: login,
  displayName: name,
  detailEntry: null,
});
