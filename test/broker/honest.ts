import { createHash, randomBytes, scryptSync } from 'node:crypto';
import { Hono } from 'hono';
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import type { Env } from '../../broker/env.ts';
import {
  familyRowId,
  formatRefreshToken,
  newRefreshToken,
  refreshTokenHash,
} from '../../broker/oauth/refresh-token-format.ts';
import {
  formatSessionSecret,
  newSessionSecret,
  secretCheckOf,
  sessionRowId,
} from '../../broker/session/session-secret.ts';
import type { GrantClaims } from '../../broker/store/store.ts';
import { csrfToken, newPageSession } from '../../broker/web/page-session.ts';
import { rememberSignIn } from '../../broker/web/remember-sign-in.ts';
import { createProof } from '../../shared/dpop.ts';
import { deviceCodeGrantType } from '../../shared/grant-types.ts';
import { clientHeader, cookieName } from '../../shared/session-api.ts';
import { insertedSession } from '../conformance/store/harness.ts';
import { newDeviceGrant, newDeviceSession } from '../conformance/store/values.ts';
import { brokerInProcess, type InProcessBroker, issuer } from './in-process.ts';

export const api = 'https://api.example.com';
const idp = 'https://acme.okta.com';
const redirectUri = 'https://abcdefghijklmnopabcdefghijklmnop.chromiumapp.org/';

/** A provider that serves metadata and rejects every code. */
export const provider: typeof fetch = async (input) => {
  if (!String(input).endsWith('/.well-known/openid-configuration'))
    return Response.json({ error: 'invalid_grant' }, { status: 400 });
  return Response.json({
    issuer: idp,
    authorization_endpoint: `${idp}/authorize`,
    token_endpoint: `${idp}/token`,
    jwks_uri: `${idp}/keys`,
  });
};

/** @param more additional YAML, such as `services` or `rate_limit_factor` */
export const brokerWithProvider = (more: string) =>
  brokerInProcess(
    `
extension: { chrome_ids: [abcdefghijklmnopabcdefghijklmnop] }
resources: { ${api}: { name: API, scopes: { orders:read: Read } } }
origins: { "https://shop.example.com": { name: Shop, consent: granted, allow: { ${api}: [orders:read] } } }
devices:
  tv: { name: TV, grant: both, allow: { ${api}: [orders:read] } }
  radio: { name: Radio, grant: device, allow: { ${api}: [orders:read] } }
${more}`,
    { fetch: provider },
  );

export interface Asked {
  status: number;
  headers: Headers;
  text: string;
  /** Empty unless the response is JSON. */
  body: Record<string, string>;
}

/** Sends one request and reads the response. */
export async function ask(
  broker: InProcessBroker,
  path: string,
  init: RequestInit & { from?: string } = {},
): Promise<Asked> {
  const answer = await broker.request(path, init);
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, body: text.startsWith('{') ? JSON.parse(text) : {} };
}

export const postForm = (
  broker: InProcessBroker,
  path: string,
  form: Record<string, string>,
  headers = {},
  from?: string,
) => ask(broker, path, { method: 'POST', body: new URLSearchParams(form), headers, ...(from ? { from } : {}) });

export const basic = (id: string, secret: string) => ({
  Authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
});

/** The hash of a chosen secret. The default has the lowest cost that the configuration allows. */
export function chosenHash(secret: string, r = 1): string {
  const salt = randomBytes(16);
  const hash = scryptSync(secret, salt, 32, { N: 2 ** 14, r, p: 1 });
  return `scrypt:14:${r}:1:${salt.toString('base64url')}:${hash.toString('base64url')}`;
}

/** A browser's headers when the user typed the address, or opened a link in another program. */
export const typed = { 'Sec-Fetch-Site': 'none', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };

/** The query of a native client's authorization request. */
export const nativeQuery = () =>
  new URLSearchParams({
    client_id: 'tv',
    redirect_uri: 'http://127.0.0.1:51004/callback',
    response_type: 'code',
    code_challenge: random(),
    code_challenge_method: 'S256',
    state: 's',
  });

const random = () => randomBytes(32).toString('base64url');

/** An extension: its key, and its calls with a proof. */
export async function extension(broker: InProcessBroker) {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const keys = { privateKey, publicJwk: await exportJWK(publicKey) };
  const jkt = await calculateJwkThumbprint(keys.publicJwk);
  const call = async (method: string, path: string, body?: unknown, headers = {}) => {
    const nonce = broker.deps.nonces.issue();
    const proof = await createProof(keys, { method, url: `${issuer}${path}`, nonce }, broker.clock.now);
    return ask(broker, path, {
      method,
      headers: { [clientHeader]: 'extension/1.0.0', DPoP: proof, 'Content-Type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  };
  return {
    jkt,
    call,
    /** Begins a sign-in. @returns the response, and the body that completes the sign-in */
    async begin() {
      const [state, verifier] = [random(), random()];
      const begun = await call('POST', '/session/authorize', {
        redirect_uri: redirectUri,
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        state,
        nonce: random(),
      });
      return { begun, finish: { state, code: 'a-code', code_verifier: verifier } };
    },
  };
}

/** A user whose browser is signed in. @returns a function that requests a token for the shop's page */
export async function signedInPerson(broker: InProcessBroker) {
  const { store } = broker.deps;
  const { now } = broker.clock;
  const { jkt, call } = await extension(broker);
  const person = await store.upsertPerson({ issuer: idp, idpSub: 'ada', upstream: 'okta', newSub: 'ada' }, now);
  const secret = newSessionSecret();
  const later = now + 3_600_000;
  const times = { refreshedAt: now, createdAt: now, idleExpiresAt: later, absoluteExpiresAt: later };
  await insertedSession(store, person, { id: sessionRowId(secret), jkt, secretCheck: secretCheckOf(secret), ...times });
  const cookie = `${cookieName(jkt)}=${formatSessionSecret(secret)}`;
  const asked = { origin: 'https://shop.example.com', resource: api, scope: 'orders:read' };
  return { person, token: () => call('POST', '/session/token', asked, { cookie }) };
}

/** A signed-in device. @returns a function that refreshes its token */
export async function signedInDevice(broker: InProcessBroker) {
  const { store } = broker.deps;
  const { now } = broker.clock;
  const person = await store.upsertPerson({ issuer: idp, idpSub: 'bob', upstream: 'okta', newSub: 'bob' }, now);
  const grant = { ...newDeviceGrant(), createdAt: now, expiresAt: now + 600_000 };
  await store.insertDeviceGrant(grant);
  const claims = { groups: [] as string[] };
  const allow = { decision: 'allow', sub: person.sub, sealedGrant: 'x', claims, scopes: grant.scopes } as const;
  await store.decideDeviceGrant(grant.deviceCodeHash, allow, now);
  const refreshToken = newRefreshToken();
  const id = familyRowId(refreshToken);
  const absoluteExpiresAt = now + 3_600_000;
  const deviceSession = {
    ...newDeviceSession(person),
    id,
    currentHash: refreshTokenHash(refreshToken),
    sealedRefresh: undefined,
    ringKid: undefined,
    claims,
    resource: api,
    refreshedAt: now,
    createdAt: now,
    absoluteExpiresAt,
  };
  await store.claimDeviceGrant(grant.deviceCodeHash, now, { sealedGrant: 'x', resealed: 'y', deviceSession });
  await store.redeemDeviceGrant(grant.deviceCodeHash, now, {
    id,
    absoluteExpiresAt,
    report: { at: now, audit: [{ type: 'device.created', sub: person.sub, detail: {} }] },
  });
  const form = { grant_type: 'refresh_token', client_id: 'tv', refresh_token: formatRefreshToken(refreshToken) };
  return { refresh: (headers = {}) => postForm(broker, '/token', form, headers) };
}

export const beginDevice = (broker: InProcessBroker, clientId = 'tv', from?: string) =>
  postForm(broker, '/device_authorization', { client_id: clientId }, {}, from);

export const pollDevice = (broker: InProcessBroker, deviceCode: string) =>
  postForm(broker, '/token', { grant_type: deviceCodeGrantType, client_id: 'tv', device_code: deviceCode });

export interface OpenPage {
  csrf: string;
  cookie: string;
}

/** A browser with `/device` open. */
export async function visitedPage(broker: InProcessBroker): Promise<OpenPage> {
  const page = await ask(broker, '/device', { headers: typed });
  const [, csrf = ''] = /name="csrf" value="([^"]+)"/.exec(page.text) ?? [];
  return { csrf, cookie: page.headers.getSetCookie()[0]?.split(';')[0] ?? '' };
}

/** A browser that is signed in to the broker's pages. */
export async function signedInPage(
  { deps, clock }: InProcessBroker,
  idpSub: string,
  claims: GrantClaims = { groups: [] },
): Promise<OpenPage> {
  const identity = { issuer: idp, idpSub, sid: undefined, issuedAt: clock.now, claims };
  const app = new Hono<Env>().get('/', async (c) => {
    const page = await rememberSignIn(deps, c, newPageSession(clock.now), {
      identity,
      upstream: 'okta',
      beganAt: clock.now,
    });
    return c.text(csrfToken(deps, page));
  });
  const answer = await app.request('/');
  return { csrf: await answer.text(), cookie: answer.headers.getSetCookie()[0]?.split(';')[0] ?? '' };
}
