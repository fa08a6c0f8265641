import { createHash, randomBytes } from 'node:crypto';
import { brokerInProcess } from '../../broker/in-process.ts';
import { sessionCaller } from '../../broker/session-caller.ts';
import type { OktaUser } from '../model.ts';
import type { Dialect } from './dialect.ts';
import { createProvider, type ProviderOptions } from './provider.ts';

export const clientId = 'latchkey-at-the-provider';
const redirectUri = `https://${'a'.repeat(32)}.chromiumapp.org/`;
const [shop, staffRoom, api] = ['https://shop.example.com', 'https://staff.example.com', 'https://api.example.com'];
const random = () => randomBytes(32).toString('base64url');

/** How long what the provider said stays fresh: after that, a token needs a refresh. */
export const freshMs = 600_000;

export const ada: OktaUser = {
  id: 'id-of-ada',
  login: 'ada@acme.example',
  password: 'engine-1843',
  name: 'Ada',
  groups: ['staff'],
};

interface Reachable {
  fetch(input: Parameters<typeof globalThis.fetch>[0], init?: RequestInit): Promise<Response>;
  tokenEndpoint: string;
}

/** A broker at a provider with this dialect. */
export const brokerAt = <D extends Dialect>(dialect: (now: () => number) => D, upstream: string, users?: OktaUser[]) =>
  brokerAtProvider((options) => createProvider(dialect(options.now), options), upstream, users);

/**
 * A broker at a provider. Everybody may use one site; the staff room is for the group `p:staff`.
 *
 * @param upstream the settings of the provider besides the client, as YAML in braces would have them
 */
export async function brokerAtProvider<P extends Reachable>(
  create: (options: ProviderOptions) => Promise<P>,
  upstream: string,
  users = [ada],
) {
  const now = () => broker.clock.now;
  const client = { id: clientId, secret: 'of-this-test-only', redirectUris: [redirectUri] };
  const provider = await create({ client, users, now });
  let losesAnswer = false;
  const broker = await brokerInProcess(
    `extension: { chrome_ids: [${'a'.repeat(32)}] }
resources:
  ${api}: { name: API, scopes: { read: Read }, lifetime: 5m, fresh: 10m }
origins:
  ${shop}: { name: Shop, consent: granted, allow: { "${api}": [read] } }
  ${staffRoom}: { name: Staff room, consent: granted, groups: ["p:staff"], allow: { "${api}": [read] } }`,
    {
      upstreams: `  p: { client_id: ${clientId}, ${upstream.includes('client_secret') ? '' : 'client_secret: "${SECRET}", '}${upstream} }`,
      async fetch(input, init) {
        const answer = await provider.fetch(input, init);
        if (!losesAnswer || String(input) !== provider.tokenEndpoint) return answer;
        losesAnswer = false;
        throw new TypeError('the connection was reset before the answer came');
      },
    },
  );
  const { call } = await sessionCaller(broker);
  const tokenFor = (origin: string) => call('/session/token', { origin, resource: api, scope: 'read' });

  return {
    broker,
    provider,
    /** Begins a sign-in, and signs in at the provider. @returns the broker's answer, or where the provider led */
    async signIn(login = ada.login) {
      const [state, verifier] = [random(), random()];
      const code_challenge = createHash('sha256').update(verifier).digest('base64url');
      const begun = await call('/session/authorize', { redirect_uri: redirectUri, state, code_challenge });
      if (begun.status !== 200) return { ...begun, back: undefined };
      const body = new URLSearchParams({ username: login, password: ada.password });
      const answer = await provider.fetch(begun.body.authorization_url ?? '', { method: 'POST', body });
      const back = new URL(answer.headers.get('location') ?? 'about:blank').searchParams;
      if (!back.has('code')) return { status: answer.status, body: {}, back };
      return { ...(await call('/session', { state, code: back.get('code'), code_verifier: verifier })), back };
    },
    token: () => tokenFor(shop),
    staffToken: () => tokenFor(staffRoom),
    /** Lets what the provider said become too old, and asks for a token. */
    refreshed(laterMs = freshMs) {
      broker.clock.now += laterMs;
      return tokenFor(shop);
    },
    /** The provider gets the next request to its token endpoint, but its answer is lost. */
    loseAnswer: () => {
      losesAnswer = true;
    },
    session: () => call('/session', undefined, 'GET'),
    /** The groups of who signed in last. */
    async groups() {
      const { sub } = (await call('/session', undefined, 'GET')).body.account as unknown as { sub: string };
      return (await broker.deps.store.listSessions(sub))[0]?.claims.groups;
    },
    logged: (event: string): Record<string, unknown>[] =>
      broker.logged.map((line) => JSON.parse(line)).filter((line) => line.event === event),
  };
}
