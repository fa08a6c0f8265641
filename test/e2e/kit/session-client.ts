import { exportJWK, generateKeyPair } from 'jose';
import * as oauth from 'oauth4webapi';
import { createProof } from '../../../shared/dpop.ts';
import type { SessionAnswer } from '../../../shared/session-api.ts';
import { redirectUri } from './broker.ts';
import { createVisitor, type Visitor } from './visitor.ts';

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into answers of every shape
  body: any;
  headers: Headers;
}

/** Calls `/session` like the extension: proof, nonce, cookie and client header. Tests can remove or forge each part. */
export async function createSessionClient(broker: string, visitor?: Visitor, idp?: string) {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: false });
  const keys = { privateKey, publicJwk: await exportJWK(publicKey) };
  const person = visitor ?? createVisitor(idp === undefined ? [] : [idp]);
  let nonce: string | undefined;
  let cookie = '';
  /** Sent with every request. */
  const headers: Record<string, string> = {};

  interface Forged {
    proofUrl?: string;
    proof?: string;
    cookie?: string;
    headers?: Record<string, string>;
    rawBody?: string;
    /** Origin of the replica that gets the request. The proof still names the issuer. */
    at?: string;
    signal?: AbortSignal;
  }

  async function send(method: string, path: string, body: unknown, forged: Forged): Promise<Answer> {
    const proof =
      forged.proof ??
      (await createProof(keys, { method, url: forged.proofUrl ?? `${broker}${path}`, nonce }, Date.now()));
    const answer = await fetch(`${forged.at ?? broker}${path}`, {
      method,
      signal: forged.signal ?? null,
      headers: {
        DPoP: proof,
        'Latchkey-Client': 'extension/0.1.0',
        cookie: forged.cookie ?? cookie,
        ...(body === undefined && forged.rawBody === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
        ...forged.headers,
      },
      ...(body === undefined && forged.rawBody === undefined ? {} : { body: forged.rawBody ?? JSON.stringify(body) }),
    });
    nonce = answer.headers.get('DPoP-Nonce') ?? nonce;
    for (const line of answer.headers.getSetCookie()) cookie = line.split(';', 1)[0] ?? '';
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text.startsWith('{') ? JSON.parse(text) : text };
  }

  async function call(method: string, path: string, body?: unknown, forged: Forged = {}): Promise<Answer> {
    const answer = await send(method, path, body, forged);
    return answer.body?.error === 'use_dpop_nonce' && forged.proof === undefined
      ? send(method, path, body, forged)
      : answer;
  }

  /** Begins a sign-in. */
  async function authorize(extra: Record<string, unknown> = {}) {
    const [state, verifier] = [oauth.generateRandomState(), oauth.generateRandomCodeVerifier()];
    const answer = await call('POST', '/session/authorize', {
      redirect_uri: redirectUri,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      state,
      ...extra,
    });
    return { answer, state, verifier };
  }

  /** The user's part at the provider. @returns the parameters of the redirect */
  async function atProvider(authorizationUrl: string, username: string, password: string): Promise<URLSearchParams> {
    const first = await person.visit(authorizationUrl);
    const last = first.ended ? await person.visit(first.url, { username, password }) : first;
    return last.url.searchParams;
  }

  const finish = ({ state, verifier }: { state: string; verifier: string }, redirect: URLSearchParams) =>
    call('POST', '/session', {
      state,
      code: redirect.get('code'),
      code_verifier: verifier,
      iss: redirect.get('iss') ?? undefined,
    });

  /** Signs in without the user, by the session that the provider knows. */
  async function signInSilently(sub: string): Promise<Pick<Answer, 'body'> & Partial<Answer>> {
    const { answer, ...started } = await authorize({ prompt: 'none', sub });
    if (answer.status !== 200) throw new Error(`authorize: ${JSON.stringify(answer.body)}`);
    const redirect = await atProvider(answer.body.authorization_url, '', '');
    return redirect.has('error') ? { body: { error: redirect.get('error') } } : finish(started, redirect);
  }

  async function signIn(username = 'ada', password = 'engine-1843'): Promise<SessionAnswer> {
    const { answer, state, verifier } = await authorize();
    if (answer.status !== 200) throw new Error(`authorize: ${JSON.stringify(answer.body)}`);
    const redirect = await atProvider(answer.body.authorization_url, username, password);
    const created = await finish({ state, verifier }, redirect);
    if (created.status !== 201) throw new Error(`session: ${JSON.stringify(created.body)}`);
    return created.body;
  }

  return {
    headers,
    call,
    authorize,
    atProvider,
    signIn,
    signInSilently,
    keys,
    get cookie() {
      return cookie;
    },
    get nonce() {
      return nonce;
    },
  };
}
