import type { TestBroker } from '../../e2e/kit/broker.ts';
import { beginDevice, pollDevice } from '../../e2e/kit/device-flow.ts';
import { nativeFlow } from '../../e2e/kit/native-flow.ts';
import { createPerson } from '../../e2e/kit/person.ts';
import { logoutEvent, providerToken } from '../../e2e/kit/provider-token.ts';
import { createSessionClient } from '../../e2e/kit/session-client.ts';
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
  const device = await beginDevice(issuer, 'tv');
  const question = await person.enter(device.user_code);
  await person.decide(question, 'deny');
  await pollDevice(issuer, 'tv', device.device_code);
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
}

/** What comes back from the provider twice, what it refuses, and what ends meanwhile. */
export async function actAtProvider(broker: TestBroker): Promise<void> {
  const { origins, signingKey } = broker;
  const { broker: issuer, idp } = origins;
  const { visitor, callback } = await returning(broker);
  await visitor.visit(callback);
  await visitor.visit(callback);

  const forged = await returning(broker);
  const wrongCode = new URL(forged.callback);
  wrongCode.searchParams.set('code', 'forged');
  await forged.visitor.visit(wrongCode);
  await forged.visitor.visit(wrongCode);

  const refused = await returning(broker);
  const refusal = {
    state: refused.callback.searchParams.get('state') ?? '',
    iss: idp,
    error: 'access_denied',
    error_description: 'The user said no.',
  };
  await refused.visitor.visit(`${issuer}/callback?${new URLSearchParams(refusal)}`);

  const ended = await returning(broker, ['grace', 'compiler-1952']);
  const extension = await createSessionClient(issuer, undefined, idp);
  const begun = await extension.authorize();
  const redirect = await extension.atProvider(begun.answer.body.authorization_url, 'grace', 'compiler-1952');
  // By the provider's clock, the sign-in is older than this logout.
  const iat = Math.floor(Date.now() / 1_000) + 30;
  const claims = { iss: idp, aud: 'latchkey-broker', exp: iat + 120, iat, events: logoutEvent, sub: 'grace' };
  const logout_token = await providerToken(signingKey, 'logout+jwt', claims);
  await fetch(`${issuer}/hooks/example/backchannel-logout`, {
    method: 'POST',
    body: new URLSearchParams({ logout_token }),
  });
  await ended.visitor.visit(ended.callback);
  await extension.call('POST', '/session', {
    state: begun.state,
    code: redirect.get('code'),
    code_verifier: begun.verifier,
    iss: idp,
  });
}

/** A person who has signed in at the provider, and whose browser has not yet followed the redirect back. */
async function returning({ origins }: TestBroker, user?: readonly [string, string]) {
  let callback: URL | undefined;
  const person = createPerson(origins, user, {}, async (url) => {
    if (url.pathname !== '/callback' || callback) return;
    callback = url;
    throw new Error('not yet');
  });
  await person.open(`${origins.broker}/account`).catch((error: unknown) => {
    if (!callback) throw error;
  });
  if (!callback) throw new Error('the provider did not send the browser back');
  return { visitor: person.visitor, callback };
}
