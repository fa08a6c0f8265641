import { verifyProof } from '@latchkey/shared/dpop.ts';
import {
  type Account,
  accountHeader,
  type Consent,
  type SessionAnswer,
  type SitePolicy,
  type SiteRecord,
  type TokenAnswer,
} from '@latchkey/shared/session-api.ts';
import { Hono } from 'hono';

/**
 * A fake of the broker's `/session` endpoints, for the extension's unit tests only. The end-to-end tests run the real
 * broker.
 */
export interface FakeBroker {
  fetch: typeof fetch;
  /** Every call as `METHOD /path`. */
  calls: string[];
  /** Every call with the ID of its trace. */
  traces: [call: string, trace: string][];
  /** The JSON bodies of calls that had one. */
  bodies: Record<string, unknown>[];
  /** Overrides the answer to the next call of `METHOD /path`, with a response or a lost connection. */
  next(call: string, answer: Response | 'lost'): void;
  /** Runs before a call is answered. */
  before(call: string, hook: () => Promise<void>): void;
  signedIn: boolean;
  upstreams: string[];
  /** The user who signs in next at the provider. */
  account: Account;
  /** Ada's consents. `consentsOf` has those of others. */
  consents: Consent[];
  consentsOf(sub: string): Consent[];
  /** Ada's only. Others have none. */
  sites: SiteRecord[];
  /** What the shop may ask for. */
  resources: Resource[];
  /** Seconds. */
  lifetime: number;
}

export const brokerUrl = 'https://latchkey.test';
export const shop = 'https://shop.test';
export const api = 'https://api.test';

export const refusal = (error: string, status: number, more: object = {}, headers: Record<string, string> = {}) =>
  Response.json({ error, error_description: `because of ${error}`, ...more }, { status, headers });

export const ada: Account = { sub: 'p1', name: 'Ada Lovelace', email: 'ada@corp.test', upstream: 'corp' };
export const grace: Account = { sub: 'p2', name: 'Grace Hopper', email: 'grace@other.test', upstream: 'other' };

type Resource = SitePolicy['resources'][number];
const ordersApi: Resource = {
  resource: api,
  name: 'Orders API',
  scopes: { 'orders:read': 'See your orders', 'orders:write': 'Change your orders' },
  dpop: 'off',
  urls: [`${api}/`],
};
export const invoices = 'https://invoices.test';
/** Another API of the shop, in tests that need one. */
export const invoicesApi: Resource = {
  resource: invoices,
  name: 'Invoices API',
  scopes: { 'invoices:read': 'See your invoices' },
  dpop: 'off',
  urls: [`${invoices}/`],
};

export const answer = (
  consents: Consent[],
  account = ada,
  sites: SiteRecord[] = [],
  resources = [ordersApi],
): SessionAnswer => ({
  account,
  session: { state: 'active', created_at: 1_700_000_000, expires_at: 1_700_003_600 },
  features: [],
  policy: {
    sites: [
      {
        origin: shop,
        name: 'Shop',
        consent: 'ask',
        resources,
      },
    ],
  },
  consents,
  sites,
});

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

/** A token like the broker's, except that its signature is its name. */
export function fakeToken(name: string, claims: object, header: object = {}): string {
  const whole = { iss: brokerUrl, iat: 1_700_000_000, exp: 1_700_000_300, ...claims };
  return `${encode({ alg: 'ES256', typ: 'at+jwt', ...header })}.${encode(whole)}.${name}`;
}

/** The last part of a token. */
export const nameOf = (token: string): string => token.split('.').at(-1) ?? '';

/** The response of `POST /session/token`. */
export function tokenAnswer(
  name: string,
  asked: { sub?: string; origin?: string; resource?: string; scope?: string; jkt?: string; lifetime?: number } = {},
): TokenAnswer {
  const { sub = ada.sub, origin = shop, resource = api, scope = 'orders:read', jkt, lifetime = 300 } = asked;
  const cnf = jkt === undefined ? {} : { cnf: { jkt } };
  const exp = 1_700_000_000 + lifetime;
  return {
    access_token: fakeToken(name, { sub, aud: resource, azp: origin, scope, exp, ...cnf }),
    token_type: jkt === undefined ? 'Bearer' : 'DPoP',
    expires_in: lifetime,
    scope,
    resource,
  };
}

export function createFakeBroker(): FakeBroker {
  const overrides = new Map<string, (Response | 'lost')[]>();
  const hooks = new Map<string, () => Promise<void>>();
  /** The account of each key's session, and the keys whose session was ended. Cookies depend on the key. */
  const people = new Map<string, Account>();
  const ended = new Set<string>();
  let tokens = 0;
  const app = new Hono<{ Variables: { jkt: string; account: Account } }>();
  app.use(async (c, next) => {
    const { jkt } = await verifyProof(c.req.header('DPoP') ?? '', { method: c.req.method, url: c.req.url });
    c.set('jkt', jkt);
    c.set('account', people.get(jkt) ?? fake.account);
    await next();
    c.header('DPoP-Nonce', `nonce-${fake.calls.length}`);
  });
  app.post('/session/authorize', async (c) => {
    const { state, redirect_uri } = await c.req.json();
    const url = `https://idp.test/authorize?state=${state}&redirect_uri=${encodeURIComponent(redirect_uri)}`;
    return c.json({
      authorization_url: url,
      issuer: 'https://idp.test',
      iss_required: true,
      expires_in: 600,
      sign_in_id: 'a1b2c3d4e5f6',
    });
  });
  app.get('/session/upstreams', (c) => c.json({ upstreams: fake.upstreams }));
  app.post('/session', (c) => {
    fake.signedIn = true;
    people.set(c.get('jkt'), fake.account);
    ended.delete(c.get('jkt'));
    return c.json(answer(fake.consentsOf(fake.account.sub), fake.account, sitesOf(fake.account), fake.resources), 201);
  });
  app.post('/session/refusal', (c) => c.body(null, 204));
  app.use('/session/*', async (c, next) =>
    fake.signedIn && !ended.has(c.get('jkt')) ? next() : refusal('invalid_session', 401),
  );
  app.use('/session/*', async (c, next) => {
    const account = c.req.header(accountHeader);
    if (account !== undefined && account !== c.get('account').sub) return refusal('account_selection_required', 403);
    return next();
  });
  app.get('/session', (c) => {
    const account = c.get('account');
    const body = answer(fake.consentsOf(account.sub), account, sitesOf(account), fake.resources);
    const etag = `"${JSON.stringify(body)}"`;
    if (c.req.header('If-None-Match') === etag) return c.body(null, 304);
    return c.json(body, 200, { ETag: etag });
  });
  app.post('/session/token', async (c) => {
    const { origin, resource, scope, jkt } = await c.req.json();
    const { sub } = c.get('account');
    const refused = sitesOf({ sub }).some((site) => site.origin === origin && site.refused_at !== undefined);
    if (refused) return refusal('consent_refused', 403);
    const consents = fake.consentsOf(sub).filter((one) => one.origin === origin && one.resource === resource);
    const given = consents.flatMap((one) => one.scope.split(' '));
    const missing = scope.split(' ').filter((asked: string) => !given.includes(asked));
    if (missing.length > 0) return refusal('consent_required', 403, { scope: missing.join(' ') });
    tokens += 1;
    const name = sub === ada.sub ? `token-${tokens}` : `token-${tokens}-of-${sub}`;
    return c.json(tokenAnswer(name, { sub, origin, resource, scope, jkt, lifetime: fake.lifetime }));
  });
  const takeBack = (sub: string, origin: string) => {
    const consents = fake.consentsOf(sub);
    const kept = consents.filter((consent) => consent.origin !== origin);
    consents.splice(0, consents.length, ...kept);
  };
  app.post('/session/consents', async (c) => {
    const { decision = 'allow', origin, also = [], ...consent } = await c.req.json();
    const { sub } = c.get('account');
    fake.sites = fake.sites.filter((site) => site.origin !== origin);
    const allowed = decision === 'allow' ? [consent, ...also] : [];
    for (const one of allowed) fake.consentsOf(sub).push({ origin, ...one, granted_at: 1 });
    if (decision === 'never') {
      takeBack(sub, origin);
      fake.sites.push({ origin, refused_at: 1 });
    }
    return c.json({ consents: fake.consentsOf(sub), sites: fake.sites });
  });
  app.delete('/session/consents', async (c) => {
    const { sub } = c.get('account');
    takeBack(sub, (await c.req.json()).origin);
    return c.json({ consents: fake.consentsOf(sub), sites: fake.sites });
  });
  app.delete('/session', (c) => {
    ended.add(c.get('jkt'));
    return c.json({ logout_url: 'https://idp.test/logout' });
  });
  const sitesOf = ({ sub }: { sub: string }): SiteRecord[] => (sub === ada.sub ? fake.sites : []);
  const others = new Map<string, Consent[]>();

  const fake: FakeBroker = {
    calls: [],
    traces: [],
    bodies: [],
    signedIn: false,
    upstreams: ['corp'],
    account: ada,
    consents: [],
    consentsOf(sub) {
      if (sub === ada.sub) return fake.consents;
      const known = others.get(sub) ?? [];
      others.set(sub, known);
      return known;
    },
    sites: [],
    resources: [ordersApi],
    lifetime: 300,
    next: (call, response) => void overrides.set(call, [...(overrides.get(call) ?? []), response]),
    before: (call, hook) => void hooks.set(call, hook),
    async fetch(input, init) {
      const request = new Request(input, init);
      const call = `${request.method} ${new URL(request.url).pathname}`;
      fake.calls.push(call);
      fake.traces.push([call, request.headers.get('traceparent')?.split('-')[1] ?? '']);
      if (request.body) fake.bodies.push(await request.clone().json());
      await hooks.get(call)?.();
      const override = overrides.get(call)?.shift();
      if (override === 'lost') throw new TypeError('fetch failed');
      return override ?? app.fetch(request);
    },
  };
  return fake;
}
