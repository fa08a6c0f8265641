import type { Branding, Image } from '../../broker/config/branding.ts';
import { OAuthError } from '../../broker/errors.ts';
import type { RefusalKind } from '../../broker/upstream/sign-in-refusal.ts';
import { accountPage } from '../../broker/web/pages/account-page.ts';
import { continuePage } from '../../broker/web/pages/continue-page.ts';
import { deviceCodePage } from '../../broker/web/pages/device-code-page.ts';
import { type ConfirmPage, deviceConfirmPage } from '../../broker/web/pages/device-confirm-page.ts';
import { errorPage } from '../../broker/web/pages/error-page.ts';
import type { Html } from '../../broker/web/pages/html.ts';
import type { Language } from '../../broker/web/pages/languages.ts';
import { messageNames, messagePage } from '../../broker/web/pages/message-page.ts';
import { nativeConfirmPage } from '../../broker/web/pages/native-confirm-page.ts';
import { type Choice, providerPage } from '../../broker/web/pages/provider-page.ts';
import { refusedPage } from '../../broker/web/pages/refused-page.ts';

type State = (language: Language) => Html;

const minute = 60_000;
const day = 1_440 * minute;
const now = Date.UTC(2026, 10, 22, 12);

const confirmed: ConfirmPage = {
  csrf: 'csrf',
  ticket: 'ticket',
  account: { name: 'Ada Lovelace', email: 'ada@example.com', upstream: 'example' },
  clientName: 'Living-room TV',
  resourceName: 'Orders API',
  scopes: ['See your orders', 'Change your orders'],
  identity: ['openid', 'email'],
  sessionMs: 90 * day,
  userCode: 'BCDF-GHJK',
  startedAgo: 3 * minute,
  startedFrom: '192.0.2.17',
  sameNetwork: true,
};

const choice: Choice = {
  providers: [
    { name: 'entra', label: 'Microsoft', hasIcon: true, isLast: true },
    { name: 'okta', label: 'Acme Okta', hasIcon: true, isLast: false },
    {
      name: 'partners',
      label: 'Partners and suppliers of Acme Logistics International',
      hasIcon: false,
      isLast: false,
    },
  ],
  onward: { method: 'post', path: '/device', fields: new URLSearchParams({ csrf: 'csrf', user_code: 'BCDF-GHJK' }) },
};

const used = {
  signedInAt: now - 12 * day,
  expiresAt: now + 2 * day,
  lastUsedAt: now - 5 * minute,
  lastUsedFrom: '192.0.2.17',
  needsSignIn: false,
};

/** The logo and the icons of the states. */
export const sampleImage: Image = {
  type: 'image/svg+xml',
  body: new TextEncoder().encode(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><circle cx="12" cy="12" r="10" fill="#0a5c36"/></svg>',
  ),
};

export const sampleBranding: Branding & { color: string } = {
  name: 'Acme Logistics',
  logo: sampleImage,
  color: '#0a5c36',
  support: { url: 'https://help.acme.example/', email: 'help@acme.example' },
  recoveryUrl: 'https://acme.example/reset',
};

const branded =
  (show: State): State =>
  (language) =>
    show({ ...language, branding: sampleBranding });

const refused =
  (kind: RefusalKind, code: string): State =>
  (language) =>
    refusedPage(language, { kind, error: code, provider: 'Acme Okta', place: 'device', retry: '/device' }, '0d2f7c1e');

const error = (
  code: 'not_found' | 'server_error' | 'invalid_transaction' | 'too_many_requests',
  message: string,
): State => {
  return (language) =>
    errorPage(language, new OAuthError(code, message), { requestId: '0d2f7c1e', next: ['enterCode'] });
};

/** Every page of the broker, by the name of its state, with realistic values. */
export const states: ReadonlyMap<string, State> = new Map<string, State>([
  ['code', (language) => deviceCodePage(language, { csrf: 'csrf' })],
  [
    'code-filled',
    (language) => deviceCodePage(language, { csrf: 'csrf', userCode: 'BCDF-GHJK', account: 'ada@example.com' }),
  ],
  ['code-malformed', (language) => deviceCodePage(language, { csrf: 'csrf', userCode: 'BCD', fault: 'malformed' })],
  ['code-wrong', (language) => deviceCodePage(language, { csrf: 'csrf', userCode: 'BCDF-GHJK', fault: 'wrong' })],
  ['providers', (language) => providerPage(language, choice)],
  [
    'providers-links',
    (language) =>
      providerPage(language, { ...choice, onward: { method: 'get', path: '/account', fields: new URLSearchParams() } }),
  ],
  ['moment', (language) => continuePage(language, '#')],
  ['confirm', (language) => deviceConfirmPage(language, confirmed)],
  ['confirm-elsewhere', (language) => deviceConfirmPage(language, { ...confirmed, identity: [], sameNetwork: false })],
  [
    'confirm-program',
    (language) =>
      nativeConfirmPage(language, { ...confirmed, clientName: 'Command line', redirectHost: '127.0.0.1:51004' }),
  ],
  ...messageNames.map((name): [string, State] => [
    name.replaceAll('_', '-'),
    (language) => messagePage(language, name),
  ]),
  [
    'error',
    error(
      'server_error',
      'something went wrong on our side; try again. If it keeps happening, report the X-Request-Id',
    ),
  ],
  [
    'error-stale',
    error('invalid_transaction', 'this sign-in is too old, was used before, or was begun in another browser'),
  ],
  ['error-not-found', error('not_found', 'not found')],
  ['refused-denied', refused('denied', 'access_denied')],
  ['refused-interaction', refused('interaction', 'interaction_required')],
  ['refused-unavailable', refused('unavailable', 'temporarily_unavailable')],
  ['refused-setup', refused('setup', 'invalid_scope')],
  ['branded-providers', branded((language) => providerPage(language, choice))],
  ['branded-refused', branded(refused('denied', 'access_denied'))],
  ['branded-confirm', branded((language) => deviceConfirmPage(language, confirmed))],
  ['error-busy', error('too_many_requests', 'too many requests from this address')],
  [
    'account',
    (language) =>
      accountPage(language, {
        csrf: 'csrf',
        account: 'ada@example.com',
        now,
        here: new Set(['b2']),
        browsers: [
          { ...used, id: 'b1', name: 'Firefox on Linux' },
          { ...used, id: 'b2', name: 'Chrome on Windows' },
        ],
        devices: [
          {
            ...used,
            id: 'd2',
            name: 'Command line',
            client: 'Command line',
            may: ['See your orders'],
            knows: [],
            lastUsedAt: undefined,
            needsSignIn: true,
          },
        ],
        sites: [],
        activity: { entries: [], next: undefined },
      }),
  ],
  [
    'account-sites',
    (language) =>
      accountPage(language, {
        csrf: 'csrf',
        account: 'ada@example.com',
        now,
        here: new Set(),
        browsers: [],
        devices: [
          {
            ...used,
            id: 'd1',
            name: 'Kitchen TV',
            client: 'Living-room TV',
            may: ['See your orders'],
            knows: ['openid'],
          },
        ],
        sites: [
          {
            access: 'person',
            origin: 'https://shop.example.com',
            name: 'Shop',
            may: ['See your orders'],
            allowedAt: now - 2 * day,
            lastUsedAt: used.lastUsedAt,
            lastUsedFrom: used.lastUsedFrom,
          },
          { access: 'never', origin: 'https://ads.example.com', name: 'Campaigns', refusedAt: now - 5 * day },
        ],
        activity: { entries: [], next: undefined },
      }),
  ],
  [
    'account-activity',
    (language) =>
      accountPage(language, {
        ...{ csrf: 'csrf', account: 'ada@example.com', now },
        ...{ here: new Set<string>(), browsers: [], devices: [], sites: [] },
        activity: {
          entries: [
            {
              ...{ id: 4, at: now - day / 24, kind: 'device_signed_in', name: 'Kitchen TV', from: '203.0.113.7' },
              ...{ here: false, isNew: true, signIn: { of: 'device', id: 'd1' } },
            },
            { id: 3, at: now - day, kind: 'site_allowed', name: 'Shop', here: false, isNew: false },
            {
              ...{ id: 2, at: now - 2 * day, kind: 'browser_signed_out', name: 'Chrome on Windows' },
              ...{ by: 'organization', here: false, isNew: false },
            },
          ],
          next: 2,
        },
      }),
  ],
]);
