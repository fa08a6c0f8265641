import { activityKinds } from '@latchkey/shared/session-activity.ts';
import { describe, expect, it } from 'vitest';
import { OAuthError } from '../../errors.ts';
import { accountPage } from './account-page.ts';
import { continuePage } from './continue-page.ts';
import { deviceCodePage } from './device-code-page.ts';
import { deviceConfirmPage } from './device-confirm-page.ts';
import { errorPage } from './error-page.ts';
import { english, type Language, languages } from './languages.ts';
import { nativeConfirmPage } from './native-confirm-page.ts';
import { otherSitePage } from './other-site-page.ts';
import { refusedPage } from './refused-page.ts';

const hostile = `"><script>alert('1')</script><b onclick=x>&`;
const text = hostile;
const confirmed = {
  csrf: text,
  ticket: text,
  account: { name: text, email: text, upstream: text },
  clientName: text,
  resourceName: text,
  scopes: [text],
  identity: [],
  sessionMs: 7_776_000_000,
};
const used = {
  id: text,
  name: text,
  signedInAt: 0,
  expiresAt: 0,
  lastUsedAt: 0,
  lastUsedFrom: text,
  needsSignIn: true,
};

/** Every page that shows untrusted text, with hostile input in every field. */
const pages = (language: Language) => [
  deviceCodePage(language, { csrf: text, userCode: text, account: text, fault: 'wrong' }),
  deviceConfirmPage(language, { ...confirmed, userCode: text, startedAgo: 0, startedFrom: text, sameNetwork: true }),
  nativeConfirmPage(language, { ...confirmed, redirectHost: text }),
  continuePage(language, text),
  otherSitePage(language, text),
  errorPage(language, new OAuthError('invalid_request', text), { requestId: text, next: ['account'] }),
  refusedPage(language, { kind: 'denied', error: text, provider: text, place: 'device', retry: text }, text),
  accountPage(language, {
    csrf: text,
    here: new Set([text]),
    account: text,
    now: 0,
    browsers: [used],
    devices: [{ ...used, client: text, may: [text], knows: [] }],
    sites: [
      { access: 'person', origin: text, name: text, may: [text], allowedAt: 0, lastUsedAt: 0, lastUsedFrom: text },
      { access: 'organization', origin: text, name: text, may: [text] },
      { access: 'never', origin: text, name: text, refusedAt: 0 },
    ],
    activity: {
      entries: activityKinds.map((kind, id) => ({
        ...{ id, kind, at: 0, name: text, from: text, here: false, isNew: true, by: 'person' as const },
        signIn: { of: 'device' as const, id: text },
      })),
      next: 1,
    },
  }),
];

describe.each(languages)('pages in $tag', (language) => {
  it('escape whatever others have written', async () => {
    for (const page of await Promise.all(pages(language))) {
      const markup = String(page);
      expect(markup).toContain('&lt;b onclick=x&gt;&amp;');
      expect(markup).not.toContain('<b onclick');
      expect(markup).not.toContain('<script>');
      expect(markup).not.toMatch(/\[object|undefined|=>/);
    }
  });
});

it('shows this browser first on the account page, the exact times, and when each sign-in ends', async () => {
  const now = Date.UTC(2026, 10, 27, 12);
  const entry = { signedInAt: now - 3_600_000 * 5, expiresAt: Date.UTC(2026, 11, 9), needsSignIn: false };
  const page = String(
    await accountPage(english, {
      ...{ csrf: 'csrf', account: 'ada@example.com', now, devices: [], sites: [] },
      activity: { entries: [], next: undefined },
      here: new Set(['b2']),
      browsers: [
        { ...entry, id: 'b1', name: 'Firefox on Linux' },
        { ...entry, id: 'b2', name: 'Chrome on Windows' },
      ],
    }),
  );
  expect(page.split('Firefox on Linux')[0]).toContain(
    'Chrome on Windows</bdi></strong> <span class="here">This browser',
  );
  expect(page.match(/This browser/g)).toHaveLength(2);
  expect(page).toContain('Chrome on Windows, This browser');
  expect(page).toContain('title="November 27, 2026 at 7:00:00 AM UTC">5 hours ago</time>');
  expect(page).toContain('signed in until <time datetime="2026-12-09T00:00:00.000Z">December 9, 2026</time>');
});

it('shows scopes in the words of the configuration, and how long a device stays', async () => {
  const view = { ...confirmed, scopes: ['Bestellungen sehen'], userCode: 'BCDF-GHJK', startedFrom: undefined };
  const page = String(await deviceConfirmPage(english, { ...view, startedAgo: 7_300_000, sameNetwork: false }));
  for (const fact of ['Bestellungen sehen', '90 days', '2 hours ago', 'an unknown address', 'different network']) {
    expect(page).toContain(fact);
  }
});
