import type { TestBroker } from '../../e2e/kit/broker.ts';
import { logoutEvent, providerToken } from '../../e2e/kit/provider-token.ts';
import { createSessionClient } from '../../e2e/kit/session-client.ts';
import { oktaSecret } from '../setting.ts';

/** Everything that the provider calls, and how each call fails. */
export async function callAsProvider({ origins, signingKey }: TestBroker): Promise<void> {
  const { broker: issuer, idp } = origins;
  const session = await createSessionClient(issuer, undefined, idp);
  await session.signIn('mallory', 'intruder-1988');
  const hook = (name: string, provider = 'example') => `${issuer}/hooks/${provider}/${name}`;
  const exp = Math.floor(Date.now() / 1_000) + 120;

  const logout = (logout_token: string, provider?: string) =>
    fetch(hook('backchannel-logout', provider), { method: 'POST', body: new URLSearchParams({ logout_token }) });
  const claims = { iss: idp, aud: 'latchkey-broker', exp, events: logoutEvent, sub: 'mallory' };
  await logout(await providerToken(signingKey, 'logout+jwt', claims));
  await logout('forged');
  await logout('');
  await logout('forged', 'nobody');

  const json = (url: string, authorization: string | undefined, body: unknown, type = 'application/json') =>
    fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': type, ...(authorization === undefined ? {} : { Authorization: authorization }) },
      body: JSON.stringify(body),
    });
  const revocation = hook('global-token-revocation');
  const bearer = async () =>
    `Bearer ${await providerToken(signingKey, 'global-token-revocation+jwt', { iss: idp, aud: revocation, exp })}`;
  const mallory = { format: 'iss_sub', iss: idp, sub: 'mallory' };
  await json(revocation, await bearer(), { sub_id: mallory });
  await json(revocation, await bearer(), { subject: { format: 'email', email: 'mallory@example.com' } });
  await json(revocation, await bearer(), { sub_id: { format: 'opaque', id: 'nobody' } });
  await json(revocation, await bearer(), { sub_id: { format: 'phone' } });
  await json(revocation, await bearer(), {}, 'text/plain');
  await json(revocation, undefined, {});
  await json(revocation, 'Bearer forged', {});
  await json(hook('global-token-revocation', 'nobody'), undefined, {});

  const okta = hook('okta-events');
  const challenge = { Authorization: oktaSecret, 'X-Okta-Verification-Challenge': 'any text' };
  await fetch(okta, { headers: challenge });
  await fetch(okta, { headers: { Authorization: oktaSecret } });
  await fetch(okta, { headers: { ...challenge, Authorization: 'wrong' } });
  await fetch(hook('okta-events', 'nobody'), { headers: challenge });
  await fetch(hook('okta-events', 'nobody'), { headers: { ...challenge, Accept: 'text/html' } });
  const party = { type: 'User', id: 'mallory', alternateId: null };
  const events = [
    { eventType: 'user.session.end', actor: party },
    { eventType: 'user.account.lock', target: [party] },
  ];
  await json(okta, oktaSecret, { eventId: 'one', data: { events } });
  await json(okta, oktaSecret, { eventId: 'one', data: { events } });
  await json(okta, oktaSecret, {});
  await json(okta, oktaSecret, {}, 'text/plain');
  await json(okta, 'wrong', {});
  await json(hook('okta-events', 'nobody'), oktaSecret, {});
}
