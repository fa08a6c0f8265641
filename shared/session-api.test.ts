import * as v from 'valibot';
import { expect, it } from 'vitest';
import { clientHeaderValue, longestLogo, organization } from './session-api.ts';

it.each(['extension/1', 'extension/0.1.0', 'extension/0.1.0.12'])('takes a version as browsers have it: %s', (value) =>
  expect(value).toMatch(clientHeaderValue),
);

it.each(['extension/', 'extension/1.2.3.4.5', 'extension/1.x', 'extension/1.2.3 ', 'page/1.2.3'])(
  'refuses %s',
  (value) => expect(value).not.toMatch(clientHeaderValue),
);

const good = {
  name: 'Acme',
  logo: 'data:image/png;base64,iVBORw0KGgo=',
  color: '#0a5c36',
  support_url: 'https://help.acme.example',
};

it.each([
  ['a name that turns the text around', 'name', 'Acme\u202e'],
  ['a name of several lines', 'name', 'Acme\nSign in here'],
  ['a name that is a sentence', 'name', 'a'.repeat(46)],
  ['a logo from the network', 'logo', 'https://evil.example/logo.png'],
  ['a logo that is a page', 'logo', 'data:text/html;base64,PGh0bWw+'],
  ['a logo with more than an image in it', 'logo', 'data:image/png;base64,iVBORw0KGgo=" onerror="x'],
  ['a logo that is too large', 'logo', `data:image/png;base64,${'A'.repeat(longestLogo)}`],
  ['a color with more in it', 'color', '#0a5c36; background: url(x)'],
  ['a script as the page for help', 'support_url', 'javascript:alert(1)'],
])('drops %s, and keeps the rest of the organization', (_, part, value) => {
  expect(v.parse(organization, { ...good, [part]: value })).toEqual({ ...good, [part]: undefined });
});
