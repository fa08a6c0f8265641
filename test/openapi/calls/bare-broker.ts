import type { TestBroker } from '../../e2e/kit/broker.ts';
import { postForm } from '../../e2e/kit/device-flow.ts';
import { nativeFlow } from '../../e2e/kit/native-flow.ts';
import { createPerson } from '../../e2e/kit/person.ts';
import { createSessionClient } from '../../e2e/kit/session-client.ts';
import { fieldOf } from '../../e2e/kit/visitor.ts';
import { service, serviceAuth } from '../setting.ts';

/** Uses up the budgets of a bare broker, and asks for what it doesn't have. */
export async function callBareBroker({ origins }: TestBroker): Promise<void> {
  const { broker: issuer, idp, api, notes } = origins;
  const session = await createSessionClient(issuer, undefined, idp);
  const { account } = await session.signIn();
  await session.authorize({ prompt: 'none', sub: account.sub });
  for (const path of ['branding.css', 'logo']) await fetch(`${issuer}/assets/${path}`);
  const { call } = session;
  await times(13, () => call('GET', '/session/upstreams'));
  await times(13, () => call('POST', '/session/token', { origin: notes, resource: api, scope: 'orders:read' }));
  for (const method of ['POST', 'POST', 'DELETE']) await call(method, '/session/consents', {});
  for (const path of ['', '', '/asking', '/decision', '/authorize', '/allow'])
    await call('POST', `/session/device${path}`, {});
  await times(2, () => call('GET', '/session/activity'));
  await call('POST', '/session/activity/end', {});
  await exhaustSignIns(issuer);

  await times(2, () => postForm(`${issuer}/device_authorization`, { client_id: 'tv' }));
  await times(7, () => postForm(`${issuer}/token`, { grant_type: 'client_credentials' }, serviceAuth));
  await times(2, () => fetch(nativeFlow(issuer).request(), { redirect: 'manual' }));
  await times(2, () => fetch(`${issuer}/account`, { redirect: 'manual' }));
  // 30 a minute, whatever the factor.
  const wrong = { client_id: service.id, client_secret: 'wrong', token: 'any' };
  await times(31, () => postForm(`${issuer}/introspect`, wrong));
  await postForm(`${issuer}/revoke`, wrong);

  const { visitor } = createPerson(origins);
  const csrf = fieldOf((await visitor.visit(`${issuer}/device`)).text, 'csrf');
  const form = { csrf, user_code: 'no code', ticket: 'unknown', action: 'deny' };
  await times(6, () => visitor.visit(`${issuer}/device`, form));
  for (const path of ['/device', '/device/decision', '/authorize/decision', '/account', '/signout'])
    await visitor.visit(`${issuer}${path}`, form);
}

async function times(count: number, send: () => Promise<unknown>): Promise<void> {
  for (let done = 0; done < count; done += 1) await send();
}

/** The budgets of sign-ins are by address: three that begin, and three that end. One has ended at this address. */
async function exhaustSignIns(issuer: string): Promise<void> {
  const session = await createSessionClient(issuer);
  await times(3, () => session.authorize());
  session.headers['X-Forwarded-For'] = '203.0.113.7';
  const begun = [await session.authorize(), await session.authorize(), await session.authorize()];
  delete session.headers['X-Forwarded-For'];
  for (const { state, verifier } of begun) {
    const refusal = { state, code_verifier: verifier, error: 'access_denied' };
    await session.call('POST', '/session/refusal', refusal);
  }
  const [{ state, verifier } = { state: '', verifier: '' }] = begun.slice(-1);
  await session.call('POST', '/session', { state, code_verifier: verifier, code: 'any' });
}
