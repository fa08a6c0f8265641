import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { clientHeaderValue, longestLogo, organization, sessionAnswer, upstreamsAnswer } from './session-api.ts';

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

describe('the providers', () => {
  const corp = { name: 'corp', label: 'Acme Okta', icon: 'data:image/png;base64,iVBORw0KGgo=' };
  const partners = { name: 'partners', label: 'Partners' };
  const answer = { upstreams: ['corp', 'partners'], providers: [corp, partners], organization: good };

  it.each([
    ['an icon that is too large', { icon: `data:image/png;base64,${'A'.repeat(longestLogo)}` }, { icon: undefined }],
    ['an icon from the network', { icon: 'https://evil.example/icon.png' }, { icon: undefined }],
    ['an icon of another type', { icon: 'data:image/gif;base64,R0lGODlh' }, { icon: undefined }],
    ['an icon that is no text', { icon: 7 }, { icon: undefined }],
    ['a label that is too long', { label: 'a'.repeat(81) }, { label: 'corp' }],
    ['a label that turns the text around', { label: 'Okta\u202e' }, { label: 'corp' }],
    ['no label', { label: undefined }, { label: 'corp' }],
  ])('are all there if one has %s', (_, wrong, shown) => {
    const parsed = v.parse(upstreamsAnswer, { ...answer, providers: [{ ...corp, ...wrong }, partners] });
    expect(parsed).toEqual({ ...answer, providers: [{ ...corp, ...shown }, partners] });
  });

  it.each([
    ['providers', [7]],
    ['providers', { corp }],
    ['organization', 'Acme'],
  ])('are known by their names if %s is %j', (part, value) => {
    expect(v.parse(upstreamsAnswer, { ...answer, [part]: value })).toEqual({ ...answer, [part]: undefined });
  });
});

describe('the sites of a session', () => {
  const shop = { origin: 'https://shop.example.com', name: 'Shop', consent: 'ask', resources: [] };
  const answer = (sites: unknown[]) => ({
    account: { sub: 'p_1', upstream: 'corp' },
    session: { state: 'active', created_at: 1, expires_at: 2 },
    policy: { sites },
    consents: [],
  });

  it.each<[string, unknown]>([
    ['a consent rule that only a newer broker has', { ...shop, consent: 'ask_twice' }],
    ['a pattern instead of an origin', { ...shop, origin: 'https://*.example.com' }],
    ['no resources', { ...shop, resources: undefined }],
    ['nothing', null],
  ])('are served but for one with %s', (_, wrong) => {
    expect(v.parse(sessionAnswer, answer([wrong, shop])).policy.sites).toEqual([shop]);
  });
});
