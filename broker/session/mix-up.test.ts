import { createHash, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { brokerInProcess, type InProcessBroker } from '../../test/broker/in-process.ts';
import { sessionCaller } from '../../test/broker/session-caller.ts';
import { createOktaLike } from '../../test/okta-like/okta.ts';

/** A hostile provider that attacks users of another provider, which sends no `iss` (RFC 9700 §4.4). */
const evil = 'https://evil.example';
const honest = 'https://honest.example';
const redirectUri = 'https://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.chromiumapp.org/';
const upstreams = `  honest: { issuer: "${honest}/oauth2/default", client_id: at-honest, client_secret: "\${SECRET}" }
  evil: { issuer: "${evil}", client_id: at-evil, client_secret: "\${SECRET}" }`;
const config = `extension: { chrome_ids: [aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa] }
resources: {}`;

const random = () => randomBytes(32).toString('base64url');
const challengeOf = (verifier: string) => createHash('sha256').update(verifier).digest('base64url');
const ada = { id: '00u1', login: 'ada@example.com', password: 'engine-1843', name: 'Ada', groups: [] };

let broker: InProcessBroker;
let honestApp: Awaited<ReturnType<typeof createOktaLike>>['app'];
/** The requests to the hostile provider's token endpoint. */
let learnt: Record<string, string>[];

beforeEach(async () => {
  learnt = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const url = new URL(String(input));
    if (url.origin === honest) return honestApp.request(url, init);
    if (url.pathname !== '/token')
      return Response.json({
        issuer: evil,
        authorization_endpoint: `${evil}/authorize`,
        token_endpoint: `${evil}/token`,
      });
    learnt.push(Object.fromEntries(new URLSearchParams(String(init?.body))));
    return Response.json({ error: 'invalid_grant' }, { status: 400 });
  };
  broker = await brokerInProcess(config, { fetch, upstreams });
  const client = { id: 'at-honest', secret: 'of-this-test-only', redirectUris: [redirectUri] };
  ({ app: honestApp } = await createOktaLike({ org: honest, client, users: [ada], now: () => broker.clock.now }));
});
afterEach(() => broker.close());

/** Ada signs in at the honest provider. @returns the code from the redirect */
async function codeFor(parameters: URLSearchParams): Promise<string> {
  const url = `${honest}/oauth2/default/v1/authorize?${parameters}`;
  const body = new URLSearchParams({ username: ada.login, password: ada.password });
  const answer = await honestApp.request(url, { method: 'POST', body });
  return new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? '';
}

type Call = Awaited<ReturnType<typeof sessionCaller>>['call'];
const extension = async () => (await sessionCaller(broker)).call;

const begin = async (call: Call, upstream: string, challenge: string) => {
  const state = random();
  const body = { upstream, redirect_uri: redirectUri, state, code_challenge: challenge };
  const answer = await call('/session/authorize', body);
  return { state, answer, at: () => new URL(answer.body.authorization_url ?? '').searchParams };
};

describe('a mix-up of two providers', () => {
  it('gives the attacker nothing that opens a session, whichever values they have seen', async () => {
    const [victim, attacker] = [await extension(), await extension()];
    const verifier = random();
    const { state, at } = await begin(victim, 'evil', challengeOf(verifier));
    // The hostile provider redirects Ada to the honest one, with all parameters that it received.
    const sentOn = at();
    sentOn.set('client_id', 'at-honest');
    const code = await codeFor(sentOn);
    await victim('/session', { state, code, code_verifier: verifier });
    expect(learnt).toMatchObject([{ code }]);

    const seen = { challenge: sentOn.get('code_challenge') ?? '', verifier: learnt[0]?.code_verifier ?? '' };
    const own = random();
    for (const [challenge, shown] of [
      [seen.challenge, seen.verifier],
      [challengeOf(own), own],
    ] as const) {
      const injected = await begin(attacker, 'honest', challenge);
      expect(injected.answer.status).toBe(200);
      const answer = await attacker('/session', { state: injected.state, code, code_verifier: shown });
      expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    }
  });

  it('shows no provider a value that the client chose, but for state', async () => {
    const call = await extension();
    const verifier = random();
    const [first, second] = [
      await begin(call, 'honest', challengeOf(verifier)),
      await begin(call, 'honest', challengeOf(random())),
    ];
    expect(first.at().get('code_challenge')).not.toBe(challengeOf(verifier));
    for (const name of ['code_challenge', 'nonce']) {
      expect(first.at().get(name)).toMatch(/^[\w-]{43}$/);
      expect(first.at().get(name)).not.toBe(second.at().get(name));
    }
  });

  it('an ordinary sign-in at either goes through', async () => {
    const call = await extension();
    const verifier = random();
    const { state, at } = await begin(call, 'honest', challengeOf(verifier));
    const answer = await call('/session', { state, code: await codeFor(at()), code_verifier: verifier });
    expect(answer.status).toBe(201);
  });

  it('takes a challenge once, also after its sign-in', async () => {
    const [call, other] = [await extension(), await extension()];
    const verifier = random();
    const { state, at } = await begin(call, 'honest', challengeOf(verifier));
    const again = { status: 400, body: { error: 'invalid_request' } };
    expect((await begin(other, 'evil', challengeOf(verifier))).answer).toMatchObject(again);
    await call('/session', { state, code: await codeFor(at()), code_verifier: verifier });
    expect((await begin(call, 'honest', challengeOf(verifier))).answer).toMatchObject(again);
  });
});
