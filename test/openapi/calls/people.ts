import type { TestBroker } from '../../e2e/kit/broker.ts';
import { beginDevice } from '../../e2e/kit/device-flow.ts';
import { nativeFlow } from '../../e2e/kit/native-flow.ts';
import { createPerson } from '../../e2e/kit/person.ts';
import { fieldOf } from '../../e2e/kit/visitor.ts';

/** Every page that people open and every form that they send, and how each fails. */
export async function actAsPerson({ origins }: TestBroker): Promise<void> {
  const { broker: issuer } = origins;
  const person = createPerson(origins);
  const { visit } = person.visitor;

  await visit(`${issuer}/?ui_locales=de`);
  const form = await visit(`${issuer}/device`);
  await visit(`${issuer}/device`, { csrf: fieldOf(form.text, 'csrf'), user_code: 'no code' });
  const codeOf = async () => (await beginDevice(issuer, 'tv')).user_code;
  await person.enter('BCDF-GHJK');
  const question = await person.enter(await codeOf());
  await person.decide(question, 'deny');
  await person.decide(question, 'allow');
  await person.decide(await person.enter(await codeOf()), 'report');
  await person.decide(await person.enter(await codeOf()), 'allow');
  await visit(`${issuer}/result?of=unknown`);
  // Ten an hour.
  const guesser = createPerson(origins, ['mallory', 'intruder-1988']);
  for (let guess = 0; guess <= 10; guess += 1) await guesser.enter('BCDF-GHJK');

  const flow = nativeFlow(issuer);
  await person.decideNative(await person.open(flow.request()), 'deny');
  await person.decideNative(await person.open(flow.request()), 'switch_account');
  const again = await person.open(flow.request());
  await person.decideNative(again, 'allow');
  await person.decideNative(again, 'allow');

  const account = await person.open(`${issuer}/account`);
  await visit(`${issuer}/account?before=5`);
  const change = (action: string, fields = {}) => person.press(account, '/account', action, fields);
  await change('end_device', { id: 'gone' });
  await change('rename_device', { id: 'gone', name: 'Television' });
  await change('rename_device', { id: 'gone', name: '' });
  await change('let_site_ask', { origin: origins.shop });
  await change('end_everything');
  await person.signIn(await change('end_all'));
  const last = await person.open(`${issuer}/account`);
  await visit(`${issuer}/signout`, { csrf: fieldOf(last.text, 'csrf') });
  await createPerson(origins).open(`${issuer}/account?upstream=example`);

  await actWithoutPage(issuer);
}

/** Without the cookie and the CSRF token of a page. */
async function actWithoutPage(issuer: string): Promise<void> {
  const open = (path: string, init: RequestInit = {}) => fetch(`${issuer}${path}`, { redirect: 'manual', ...init });
  for (const path of ['/device', '/device/decision', '/authorize/decision', '/account', '/signout']) {
    await open(path, {
      method: 'POST',
      body: new URLSearchParams({ csrf: 'forged', ticket: 'x', user_code: 'BCDF-GHJK' }),
    });
    await open(path, { method: 'POST', body: 'a=b' });
  }
  await open('/callback');
  await open('/callback?state=unknown&code=forged');
  await open('/account?upstream=nobody');
  const embedded = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'image' };
  await open('/account', { headers: embedded });
}

/** What comes back from the provider twice, and what it refuses. */
export async function actAtProvider({ origins }: TestBroker): Promise<void> {
  const { broker: issuer, idp } = origins;
  const seen: URL[] = [];
  const person = createPerson(origins, undefined, {}, async (url) => void seen.push(url));
  await person.open(`${issuer}/account`);
  const callback = seen.find(({ pathname }) => pathname === '/callback');
  if (!callback) throw new Error('the provider did not send the browser back');
  await person.visitor.visit(callback);

  seen.length = 0;
  const other = createPerson(origins, undefined, {}, async (url) => void seen.push(url));
  const toProvider = await other.visitor.visit(`${issuer}/account`);
  const state = seen.find(({ searchParams }) => searchParams.has('state'))?.searchParams.get('state') ?? '';
  const refusal = { state, iss: idp, error: 'access_denied', error_description: 'The user said no.' };
  await other.visitor.visit(`${issuer}/callback?${new URLSearchParams(refusal)}`);
  await other.signIn(toProvider);
}
