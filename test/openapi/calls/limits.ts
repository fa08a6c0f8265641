import type { TestBroker } from '../../e2e/kit/broker.ts';
import { postForm } from '../../e2e/kit/device-flow.ts';
import { nativeFlow } from '../../e2e/kit/native-flow.ts';
import { createPerson } from '../../e2e/kit/person.ts';
import { createSessionClient } from '../../e2e/kit/session-client.ts';
import { fieldOf } from '../../e2e/kit/visitor.ts';
import { service, serviceAuth } from '../setting.ts';

/** So small that most budgets are one request. */
export const tinyFactor = 0.001;

/** Uses up the budgets of a broker with {@link tinyFactor}. */
export async function useUpBudgets({ origins }: TestBroker): Promise<void> {
  const { broker: issuer, idp, api, notes } = origins;
  const session = await createSessionClient(issuer, undefined, idp);
  await session.signIn();
  const { call } = session;
  const twice = async (send: () => Promise<unknown>) => {
    await send();
    await send();
  };
  await twice(() => call('GET', '/session/upstreams'));
  await twice(() => call('POST', '/session/token', { origin: notes, resource: api, scope: 'orders:read' }));
  for (const method of ['POST', 'POST', 'DELETE']) await call(method, '/session/consents', {});
  for (const path of ['', '', '/decision', '/authorize', '/allow']) await call('POST', `/session/device${path}`, {});
  await twice(() => call('GET', '/session/activity'));
  await call('POST', '/session/activity/end', {});

  // Budgets of sign-ins are by address, and this one's are used up.
  const other = await createSessionClient(issuer);
  await other.authorize();
  other.headers['X-Forwarded-For'] = '203.0.113.7';
  const { state, verifier } = await other.authorize();
  other.headers['X-Forwarded-For'] = '127.0.0.1';
  await other.call('POST', '/session', { state, code_verifier: verifier, code: 'any' });
  await other.call('POST', '/session/refusal', { state, code_verifier: verifier, error: 'access_denied' });

  await twice(() => postForm(`${issuer}/device_authorization`, { client_id: 'tv' }));
  await twice(() => postForm(`${issuer}/token`, { grant_type: 'client_credentials' }, serviceAuth));
  await twice(() => fetch(nativeFlow(issuer).request(), { redirect: 'manual' }));
  await twice(() => fetch(`${issuer}/account`, { redirect: 'manual' }));
  // 30 a minute, whatever the factor.
  const wrong = { client_id: service.id, client_secret: 'wrong', token: 'any' };
  for (let failure = 0; failure <= 30; failure += 1) await postForm(`${issuer}/introspect`, wrong);
  await postForm(`${issuer}/revoke`, wrong);

  const { visitor } = createPerson(origins);
  const csrf = fieldOf((await visitor.visit(`${issuer}/device`)).text, 'csrf');
  const form = { csrf, user_code: 'no code', ticket: 'unknown', action: 'deny' };
  for (const path of ['/device', '/device', '/device/decision', '/authorize/decision', '/account', '/signout'])
    await visitor.visit(`${issuer}${path}`, form);
}
