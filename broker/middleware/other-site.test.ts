import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask, brokerWithProvider, nativeQuery, postForm, signedInPage, typed } from '../../test/broker/honest.ts';
import type { InProcessBroker } from '../../test/broker/in-process.ts';

let broker: InProcessBroker;
beforeEach(async () => {
  broker = await brokerWithProvider('');
});
afterEach(() => broker.close());

const link = { ...typed, 'Sec-Fetch-Site': 'cross-site' };
const onward = { ...typed, 'Sec-Fetch-Site': 'same-origin' };
const linkIn = (text: string) => /<a class="button" href="([^"]+)"/.exec(text)?.[1]?.replaceAll('&amp;', '&') ?? '';

describe('a link on another site', () => {
  it.each([
    ['the account', '/account'],
    ['a program', `/authorize?${nativeQuery()}`],
  ])('to %s begins nothing until the person continues', async (_, path) => {
    const arrived = await ask(broker, path, { headers: link });
    expect([arrived.status, arrived.headers.get('location')]).toEqual([200, null]);
    expect(arrived.text).not.toContain('http-equiv="refresh"');
    expect(linkIn(arrived.text)).toBe(path);
    const continued = await ask(broker, linkIn(arrived.text), { headers: onward });
    expect([continued.status, continued.headers.get('location')]).toEqual([
      302,
      expect.stringContaining('acme.okta.com'),
    ]);
  });

  it('shows the account of a person who is signed in at once', async () => {
    const { cookie } = await signedInPage(broker, 'ada');
    const page = await ask(broker, '/account', { headers: { ...link, cookie } });
    expect([page.status, linkIn(page.text)]).toEqual([200, '']);
  });

  it.each(['/account', `/authorize?${nativeQuery()}`])('cannot embed or fetch %s', async (path) => {
    for (const [mode, dest] of [
      ['navigate', 'iframe'],
      ['no-cors', 'image'],
      ['cors', 'empty'],
    ] as const) {
      const headers = { ...link, 'Sec-Fetch-Mode': mode, 'Sec-Fetch-Dest': dest };
      const refused = await ask(broker, path, { headers });
      expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('open it in a tab')]);
    }
  });
});

describe('a device’s first request', () => {
  it.each([
    ['a program', {}, 200],
    ['a program whose fetch says how it works', { 'Sec-Fetch-Mode': 'cors' }, 200],
    [
      'a page that reads the answer',
      { Origin: 'https://tv.example', 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'cors' },
      200,
    ],
    ['a page that cannot read the answer', { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' }, 403],
    ['a form of a page', link, 403],
  ])('by %s', async (_, headers, status) => {
    expect((await postForm(broker, '/device_authorization', { client_id: 'tv' }, headers)).status).toBe(status);
  });
});
