import type { Organization } from '@latchkey/shared/session-api.ts';
import type { DeviceAsking } from '@latchkey/shared/session-device.ts';
import type { Page } from 'playwright';
import type {
  AccountView,
  ConsentView,
  DiagnosticFacts,
  PopupState,
  ProviderView,
  SettingsView,
  SiteView,
} from '../../../extension/protocol/ui.ts';
import type { Scene } from './fake-browser.ts';

/** The pages and their window sizes. */
export const pageSizes = {
  popup: { width: 360, height: 540 },
  consent: { width: 440, height: 528 },
  provider: { width: 440, height: 480 },
  welcome: { width: 820, height: 640 },
  options: { width: 820, height: 640 },
  diagnostics: { width: 820, height: 640 },
} as const;

/** One picture: a page, its environment, and the user's actions. */
export interface State {
  page: keyof typeof pageSizes;
  scene: Scene;
  /** Of the extension. Default: the one for stores. */
  build?: 'store' | 'attaching';
  act?: (page: Page) => Promise<unknown>;
}

const broker = 'https://latchkey.example.com';
const offline = { code: 'offline', message: 'the broker cannot be reached' } as const;

const site = (name: string, host: string, more: Partial<SiteView> = {}): SiteView => ({
  origin: `https://${host}`,
  name,
  access: 'person',
  resources: [{ name: 'Orders API', may: ['See your orders'] }],
  reachable: true,
  account: 'a1',
  accounts: ['a1'],
  ...more,
});

const providers: ProviderView[] = [
  { name: 'entra', label: 'Microsoft', isLast: true },
  { name: 'okta', label: 'Acme Okta' },
];

const sites: SiteView[] = [
  site('Shop', 'shop.example.com', {
    resources: [{ name: 'Orders API', may: ['See your orders', 'Change your orders'] }],
  }),
  site('Delivery notes', 'notes.example.com', { access: 'organization' }),
  site('Travel', 'travel.example.com', { lastUsedAt: Date.now() - 3 * 86_400_000 }),
  site('Newsletter', 'news.example.com', { access: 'never', resources: [] }),
  site('Time sheets', 'time.example.com', { access: 'none', resources: [] }),
];

const ada: AccountView = {
  id: 'a1',
  name: 'Ada Lovelace',
  email: 'ada@example.com',
  sub: 'p1',
  provider: 'Okta',
  state: 'active',
};
const contractor: AccountView = {
  id: 'a2',
  email: 'ada@partner.example',
  sub: 'p2',
  provider: 'Microsoft',
  state: 'signed_out',
};

const signedIn: Extract<PopupState, { view: 'signed_in' }> = {
  view: 'signed_in',
  broker,
  account: ada,
  others: [],
  mayAdd: true,
  providers: [],
  sites,
  features: ['activity', 'devices'],
  news: 0,
};

/** What a build attaches tokens for. */
export const attached = { sites: ['https://legacy.example.com'], apis: ['https://api.example.com'] };
const attachedHosts = [...attached.sites, ...attached.apis].map((origin) => `${origin}/*`);

/** At a page that can't be changed. @param access to which hosts */
const unchangedPage = (access: string[]): Partial<State> => ({
  build: 'attaching',
  scene: {
    answers: {
      'state.get': {
        ...signedIn,
        sites: [...sites, site('Legacy reports', 'legacy.example.com', { access: 'organization', attached: true })],
      },
    },
    tab: 'https://legacy.example.com/',
    hosts: attachedHosts,
    access,
  },
});

/** A logo, a color and people to ask. */
const acme: Organization = {
  name: 'Acme',
  color: '#0a5c36',
  logo: `data:image/svg+xml;base64,${btoa('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 16"><rect width="40" height="16" rx="4" fill="#0a5c36"/></svg>')}`,
  support_url: 'https://help.acme.example',
  support_email: 'help@acme.example',
  recovery_url: 'https://login.acme.example/recover',
};

const shopIcon = `data:image/svg+xml;base64,${btoa('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect width="24" height="24" rx="6" fill="#8a3ffc"/><path d="M7 9h10l-1 9H8z" fill="#fff"/></svg>')}`;

const popup = (state: PopupState, more: Partial<State> = {}): State => ({
  page: 'popup',
  scene: { answers: { 'state.get': state } },
  ...more,
});

const asked: ConsentView = {
  origin: 'https://shop.example.com',
  site: 'Shop',
  account: 'ada@example.com',
  sub: 'p1',
  accounts: [],
  has: [],
  asks: [
    {
      resource: 'Orders API',
      scopes: [
        { scope: 'orders:read', description: 'See your orders' },
        { scope: 'orders:write', description: 'Change your orders' },
      ],
    },
  ],
};
/** Scopes of a resource, as many as in a list that is longer than the window. */
const many = (resource: string, count: number): ConsentView['asks'][number] => ({
  resource: `${resource} API`,
  scopes: Array.from({ length: count }, (_, index) => ({
    scope: `${resource.toLowerCase()}:region-${index + 1}`,
    description: `See the ${resource.toLowerCase()} of region ${index + 1}`,
  })),
});
/** A device that named the account. */
const deviceAsking: DeviceAsking = {
  outcome: 'asking',
  request: 'r'.repeat(43),
  client: 'Command line of the warehouse',
  resource: 'Orders API',
  scopes: ['See your orders', 'Change your orders'],
  knows: ['profile', 'email'],
  stays: 30 * 86_400,
  started_at: Math.floor(Date.now() / 1_000) - 30,
  from: '203.0.113.9',
  same_network: false,
  numbers: ['42', '17', '93'],
  expires_at: Math.floor(Date.now() / 1_000) + 570,
};

const consent = (more: Partial<State> & { answers?: Scene['answers'] } = {}): State => ({
  page: 'consent',
  scene: { answers: { 'consent.get': asked, ...more.answers } },
  act: (page) => page.waitForSelector('button.primary:not([aria-disabled=true])'),
  ...more,
});

/** The pointer comes first, because "Allow" waits for a second after the pointer enters the window. */
async function pressPrimary(page: Page): Promise<void> {
  await page.locator('button.primary').hover();
  await page.locator('button.primary:not([aria-disabled=true])').click();
}

/** Opens the shop's row and removes its access. */
async function removeFromShop(page: Page): Promise<void> {
  await page.locator('summary', { hasText: 'Shop' }).click();
  await page.getByRole('button', { name: 'Remove access for Shop' }).click();
}

const known = { url: broker, source: 'person', reachable: true } as const;
const chosen: SettingsView = {
  build: 'store',
  broker: known,
  policy: { denied_sites: [], private_windows: 'refuse', accounts: 'many', sign_in_at_start: false },
  signedIn: true,
  access: ['https://latchkey.example.com/*', 'https://shop.example.com/*'],
};
const baked: Partial<SettingsView> = {
  build: 'baked',
  broker: { ...known, source: 'baked' },
  access: ['https://latchkey.example.com/*', 'https://shop.example.com/*', 'https://notes.example.com/*'],
  policy: {
    provider: 'okta',
    denied_sites: ['https://legacy.example.com', 'https://old-intranet.example.com:8443'],
    private_windows: 'allow',
    accounts: 'one',
    sign_in_at_start: true,
  },
};
const settings = (
  page: 'welcome' | 'options',
  more: Partial<SettingsView>,
  act?: State['act'],
  scene: Partial<Scene> = {},
): State => ({
  page,
  scene: { answers: { 'settings.get': { ...chosen, ...more } }, ...scene },
  ...(act ? { act } : {}),
});

const facts: DiagnosticFacts = {
  broker: { url: broker, source: 'person' },
  profile: 'a1',
  session: { state: 'active', account: 'Ada Lovelace' },
  stream: 'open',
  sites: ['https://shop.example.com', 'https://notes.example.com'],
};
const diagnostics = (scene: Partial<Scene>, act?: State['act']): State => ({
  page: 'diagnostics',
  scene: {
    access: ['https://latchkey.example.com/*', 'https://shop.example.com/*', 'https://notes.example.com/*'],
    key: 'a1',
    ...scene,
    answers: { 'diagnostics.get': facts, 'diagnostics.probe': { host: 'acme.okta.com' }, ...scene.answers },
  },
  ...(act ? { act } : {}),
});

/** Every state of the extension's pages by name, with realistic values. */
export const states: ReadonlyMap<string, State> = new Map<string, State>([
  ['popup-loading', popup(signedIn, { scene: { answers: { 'state.get': 'silence' } } })],
  ['popup-setup', popup({ view: 'not_configured' })],
  [
    'popup-setup-wrong',
    popup(
      { view: 'not_configured' },
      {
        async act(page) {
          await page.fill('input', 'http://not an address');
          await pressPrimary(page);
        },
      },
    ),
  ],
  ['popup-unreachable', popup({ view: 'unreachable', broker })],
  ['popup-signed-out', popup({ view: 'signed_out', broker, providers: [] })],
  ['popup-signed-out-provider', popup({ view: 'signed_out', broker, providers: [], providerHost: 'acme.okta.com' })],
  [
    'popup-signed-out-problem',
    popup({
      view: 'signed_out',
      broker,
      providers: [],
      problem: { code: 'user_denied', message: 'the sign-in window was closed, or its page could not be loaded' },
    }),
  ],
  ['popup-organization', popup({ ...signedIn, organization: acme })],
  [
    'popup-organization-hostile',
    popup({
      ...signedIn,
      organization: { name: 'Sign in again at evil.example to stay safe!', color: '#ffffff' },
      problem: offline,
    }),
  ],
  [
    'popup-organization-problem',
    popup({
      view: 'signed_out',
      broker,
      providers: [],
      organization: acme,
      problem: { code: 'policy_denied', message: 'not allowed' },
    }),
  ],
  ['popup-signing-in', popup({ view: 'signing_in', broker, hasWindow: true })],
  ['popup-adding', popup({ ...signedIn, signingIn: { hasWindow: true } })],
  ['popup-signed-in', popup(signedIn)],
  ['popup-signed-out-choice', popup({ view: 'signed_out', broker, providers })],
  [
    'provider',
    { page: 'provider', scene: { answers: { 'provider.get': { origin: 'https://shop.example.com', providers } } } },
  ],
  [
    'provider-over',
    {
      page: 'provider',
      scene: {
        answers: { 'provider.get': { fails: { code: 'expired', message: 'this question is no longer open' } } },
      },
    },
  ],
  [
    'popup-device-asks',
    popup(signedIn, {
      scene: {
        answers: {
          'state.get': { ...signedIn, features: [...signedIn.features, 'device_requests'] },
          'own.call': deviceAsking,
          'device.allow': { outcome: 'wrong_number' },
        },
      },
      act: (page) => page.waitForSelector('.numbers button:not([aria-disabled=true])'),
    }),
  ],
  [
    'popup-this-site',
    popup(signedIn, { scene: { answers: { 'state.get': signedIn }, tab: 'https://shop.example.com/cart' } }),
  ],
  [
    'popup-icons',
    popup(signedIn, {
      scene: {
        answers: {
          'state.get': {
            ...signedIn,
            sites: [
              site('Travel', 'travel.example.com'),
              site('Shop', 'shop.example.com', { icon: shopIcon }),
              site('Delivery notes', 'notes.example.com'),
            ],
          },
        },
        tab: 'https://travel.example.com/',
      },
    }),
  ],
  [
    'popup-this-site-local',
    popup(signedIn, {
      scene: {
        answers: {
          'state.get': {
            ...signedIn,
            sites: [
              { ...site('Shop', ''), origin: 'http://localhost:41237' },
              site('Suppliers', 'purchasing-and-supplier-qualification-of-acme-logistics.eu.example.com'),
            ],
          },
        },
        tab: 'http://localhost:41237/',
      },
    }),
  ],
  [
    'popup-this-site-blocked',
    popup(signedIn, { scene: { answers: { 'state.get': signedIn }, tab: 'https://news.example.com/' } }),
  ],
  ['popup-this-site-attached', popup(signedIn, unchangedPage(attachedHosts))],
  ['popup-this-site-attached-off', popup(signedIn, unchangedPage([]))],
  [
    'popup-this-site-off',
    popup(signedIn, {
      scene: {
        answers: { 'state.get': { ...signedIn, sites: sites.map((each) => ({ ...each, reachable: false })) } },
        tab: 'https://time.example.com/',
      },
    }),
  ],
  [
    'popup-not-approved',
    popup(signedIn, { scene: { answers: { 'state.get': signedIn }, tab: 'https://bank.example/' } }),
  ],
  ['popup-reauth', popup({ ...signedIn, account: { ...ada, state: 'reauth' } })],
  [
    'popup-accounts',
    popup({
      ...signedIn,
      others: [contractor, { ...ada, id: 'a3', name: 'Operations', email: 'ops@example.com' }],
      sites: sites.map((each) => ({ ...each, accounts: ['a1', 'a3'] })),
    }),
  ],
  ['popup-private', popup(signedIn, { scene: { answers: { 'state.get': signedIn }, isPrivate: true } })],
  ['popup-offline', popup({ ...signedIn, problem: offline })],
  ['popup-no-sites', popup({ ...signedIn, sites: [] })],
  [
    'popup-connect',
    popup({ ...signedIn, sites: sites.map((each) => ({ ...each, reachable: each.access === 'organization' })) }),
  ],
  [
    'popup-many-sites',
    popup({
      ...signedIn,
      account: {
        id: 'a1',
        state: 'active',
        email: 'augusta-ada.king-noel.countess-of-lovelace@analytical-engines.example.com',
        sub: 'p1',
        provider: 'Okta',
      },
      sites: [
        site(
          'Purchasing and supplier qualification portal, Europe',
          'purchasing-and-supplier-qualification.eu.example.com',
        ),
        ...Array.from({ length: 12 }, (_, index) => site(`Application ${index + 1}`, `app-${index + 1}.example.com`)),
      ],
    }),
  ],
  [
    'popup-search',
    popup(
      {
        ...signedIn,
        sites: Array.from({ length: 30 }, (_, index) =>
          site(`Application ${index + 1}`, `app-${index + 1}.example.com`),
        ),
      },
      { act: (page) => page.fill('input', 'app-2') },
    ),
  ],
  ['popup-opened', popup(signedIn, { act: (page) => page.locator('summary').first().click() })],
  [
    'popup-busy',
    popup(signedIn, {
      scene: { answers: { 'state.get': signedIn, 'site.disconnect': 'silence' } },
      act: removeFromShop,
    }),
  ],
  [
    'popup-disconnected',
    popup(signedIn, {
      scene: {
        answers: { 'state.get': signedIn },
        later: {
          'state.get': {
            ...signedIn,
            sites: sites.map((each) =>
              each.name === 'Shop' ? { ...each, access: 'none' as const, resources: [] } : each,
            ),
          },
        },
      },
      act: removeFromShop,
    }),
  ],
  [
    'popup-failed',
    popup(signedIn, {
      scene: { answers: { 'state.get': signedIn, 'site.disconnect': { fails: offline } } },
      async act(page) {
        await removeFromShop(page);
        await page.waitForSelector('.problem');
      },
    }),
  ],
  ['consent', consent()],
  [
    'consent-more',
    consent({
      answers: {
        'consent.get': {
          ...asked,
          asks: asked.asks.map((each) => ({ ...each, scopes: each.scopes.slice(1) })),
          has: [{ name: 'Orders API', may: ['See your orders'] }],
        },
      },
    }),
  ],
  [
    'consent-accounts',
    consent({
      answers: {
        'consent.get': {
          ...asked,
          accounts: [
            { id: 'a1', label: 'ada@example.com', chosen: true },
            { id: 'a3', label: 'ops@example.com', chosen: false },
          ],
        },
      },
    }),
  ],
  ['consent-many', consent({ answers: { 'consent.get': { ...asked, asks: [many('Orders', 12)] } } })],
  [
    'consent-apis',
    consent({
      answers: { 'consent.get': { ...asked, asks: [many('Orders', 2), many('Invoices', 1), many('Parts', 2)] } },
    }),
  ],
  [
    'consent-apis-many',
    consent({
      answers: { 'consent.get': { ...asked, asks: [many('Orders', 9), many('Invoices', 9), many('Parts', 9)] } },
    }),
  ],
  ['consent-organization', consent({ answers: { 'consent.get': { ...asked, organization: acme } } })],
  ['consent-arming', consent({ act: (page) => page.waitForSelector('h1') })],
  ['consent-busy', consent({ answers: { 'consent.answer': 'silence' }, act: pressPrimary })],
  [
    'consent-failed',
    consent({
      answers: { 'consent.answer': { fails: offline } },
      async act(page) {
        await pressPrimary(page);
        await page.waitForSelector('.problem');
      },
    }),
  ],
  [
    'consent-over',
    consent({
      answers: { 'consent.get': { fails: { code: 'expired', message: 'this question is no longer open' } } },
      act: (page) => page.waitForSelector('.problem'),
    }),
  ],
  ['welcome', settings('welcome', { broker: undefined, signedIn: false, access: [] })],
  ['welcome-unreachable', settings('welcome', { broker: { ...known, reachable: false }, signedIn: false, access: [] })],
  ['welcome-baked', settings('welcome', { ...baked, signedIn: false })],
  ['welcome-signed-in', settings('welcome', {})],
  ['options', settings('options', {})],
  [
    'options-change',
    settings('options', {}, async (page) => {
      await page.click('summary');
      await page.fill('input', 'latchkey.other.example');
    }),
  ],
  ['options-new', settings('options', { broker: undefined, signedIn: false, access: [] })],
  ['options-organization', settings('options', { organization: acme })],
  ['options-baked', settings('options', baked)],
  [
    'options-taken-back',
    settings('options', {}, (page) => page.getByRole('button', { name: /shop/ }).click(), {
      later: { 'settings.get': { ...chosen, access: chosen.access.slice(0, 1) } },
    }),
  ],
  ['diagnostics', diagnostics({})],
  ['diagnostics-checking', diagnostics({ answers: { 'diagnostics.get': 'silence' } })],
  [
    'diagnostics-failed',
    diagnostics({
      access: [],
      policy: { broker_url: 'no address', provider: 'okta' },
      answers: { 'diagnostics.get': { ...facts, session: undefined, stream: 'idle', sites: [], problem: offline } },
    }),
  ],
  [
    'diagnostics-permission',
    diagnostics({
      access: [],
      answers: {
        'diagnostics.get': { ...facts, session: undefined, stream: 'idle', sites: [] },
        'settings.get': { ...chosen, organization: acme },
      },
    }),
  ],
  [
    'diagnostics-attention',
    diagnostics({
      access: ['https://latchkey.example.com/*', 'https://shop.example.com/*'],
      brokerClock: -25 * 60_000,
      answers: {
        'diagnostics.get': {
          ...facts,
          session: { state: 'reauth_required', account: 'Ada Lovelace' },
          stream: 'waiting',
          problem: { code: 'user_denied', message: 'the sign-in window was closed, or its page could not be loaded' },
        },
        'diagnostics.probe': { error: { code: 'busy', message: 'the identity provider cannot be reached (503)' } },
      },
    }),
  ],
  [
    'diagnostics-copied',
    diagnostics({}, async (page) => {
      await page.getByRole('checkbox').check();
      await page.click('summary');
      await page.locator('button.primary').click();
    }),
  ],
]);
