import { afterEach, expect, it } from 'vitest';
import { postForm, provider, signedInPage, typed } from '../../test/broker/honest.ts';
import { brokerInProcess, type InProcessBroker } from '../../test/broker/in-process.ts';

let broker: InProcessBroker;
afterEach(() => broker.close());

const names = { groups: [], email: 'ada@acme.example', preferred_username: 'al@corp.acme.example' };

it.each([
  ['entra', {}, 'al@corp.acme.example'],
  ['entra', { login_hint: 'O.CiQ1' }, 'O.CiQ1'],
  ['okta', {}, 'ada@acme.example'],
  ['okta', { email: undefined }, null],
])('a form that sends a person to %s again names them by %j as %s', async (preset, more, hint) => {
  broker = await brokerInProcess('resources: { https://api.example.com: { name: API, scopes: { read: Read } } }', {
    fetch: provider,
    upstreams: `  okta: { issuer: "https://acme.okta.com", client_id: latchkey, client_secret: "\${SECRET}", preset: ${preset} }`,
  });
  const signedIn = await signedInPage(broker, 'ada', { ...names, ...more });
  // Opening a page writes the cookie anew.
  const opened = await broker.request('/device', { headers: { ...typed, cookie: signedIn.cookie } });
  const cookie = opened.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const { text } = await postForm(broker, '/account', { csrf: signedIn.csrf, action: 'end_all' }, { cookie });
  const [, link = ''] = /class="button" href="([^"]+)"/.exec(text) ?? [];
  const asked = new URL(link.replaceAll('&amp;', '&')).searchParams;
  expect(asked.get('prompt')).toBe('login');
  expect(asked.get('login_hint')).toBe(hint);
});
