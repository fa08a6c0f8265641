import { LatchkeyError } from '@latchkey/shared/errors.ts';
import {
  type AuthorizeAnswer,
  authorizeAnswer,
  type Decisions,
  decisions,
  type SessionAnswer,
  sessionAnswer,
  signOutAnswer,
  type TokenAnswer,
  tokenAnswer,
  type UpstreamsAnswer,
  upstreamsAnswer,
} from '@latchkey/shared/session-api.ts';
import type {
  AuthorizeRequest,
  ConsentRequest,
  ConsentRevocation,
  SessionRefusal,
  SessionRequest,
  TokenRequest,
} from '@latchkey/shared/session-requests.ts';
import * as v from 'valibot';
import type { SessionKey } from '../../platform/keys.ts';
import type { BrokerCall, BrokerRequest } from './broker-call.ts';

/** The broker's `/session` endpoints, with types. */
export interface BrokerClient {
  /** @param trace of the sign-in, see `newTrace` */
  authorize(body: AuthorizeRequest, trace?: string): Promise<AuthorizeAnswer>;
  createSession(body: SessionRequest, trace?: string): Promise<SessionAnswer>;
  /** Reports that the provider refused a sign-in, which ends it. */
  refuseSession(body: SessionRefusal, trace?: string): Promise<void>;
  /** @returns `undefined` if nothing has changed since `etag` */
  getSession(etag: string | undefined): Promise<{ answer: SessionAnswer; etag: string | undefined } | undefined>;
  token(body: TokenRequest, trace?: string): Promise<TokenAnswer>;
  /** Records the user's decision about a site. @param account `sub` of the account that the decision is for */
  decide(body: ConsentRequest, account: string): Promise<Decisions>;
  revokeConsent(body: ConsentRevocation): Promise<Decisions>;
  /**
   * @param key the session's key
   * @param how `replaced`: another session of the same account takes over, and its grant must outlive this session
   */
  signOut(key: SessionKey, how?: 'replaced'): Promise<{ logout_url?: string | undefined }>;
  /** The providers in the broker's configuration, and the organization. */
  upstreams(): Promise<UpstreamsAnswer>;
}

/** Checks a response of the broker. The error names the path only and contains no values. */
function parse<S extends v.GenericSchema>(schema: S, body: unknown, path: string): v.InferOutput<S> {
  const parsed = v.safeParse(schema, body);
  if (parsed.success) return parsed.output;
  throw notUnderstood(path, v.getDotPath(parsed.issues[0]) ?? 'the whole');
}

const notUnderstood = (path: string, at: string): LatchkeyError =>
  new LatchkeyError({
    code: 'busy',
    message: `the broker's answer at ${path} is not what this version understands (${at})`,
    retry_after_ms: 5_000,
  });

/**
 * Adds types to each endpoint and validates its responses.
 *
 * @param broker the broker's issuer
 */
export function createBrokerClient(call: BrokerCall, broker: () => Promise<string>): BrokerClient {
  /** Only a broker on this machine may name a URL without TLS. */
  const requireTls = async (url: string, path: string): Promise<void> => {
    if (url.startsWith('http:') && !(await broker()).startsWith('http:'))
      throw notUnderstood(path, 'a URL without TLS');
  };
  const post = async <S extends v.GenericSchema>(
    path: string,
    body: object,
    schema: S,
    about: Pick<BrokerRequest, 'account' | 'trace'> = {},
  ) => parse(schema, (await call({ method: 'POST', path, body, ...about })).body, path);
  return {
    async authorize(body, trace) {
      const answer = await post('/session/authorize', body, authorizeAnswer, { trace });
      await requireTls(answer.authorization_url, '/session/authorize');
      return answer;
    },
    createSession: (body, trace) => post('/session', body, sessionAnswer, { trace }),
    async refuseSession(body, trace) {
      await call({ method: 'POST', path: '/session/refusal', body, trace });
    },
    async getSession(etag) {
      const answer = await call({ method: 'GET', path: '/session', ifNoneMatch: etag });
      if (answer.status === 304) return undefined;
      return { answer: parse(sessionAnswer, answer.body, '/session'), etag: answer.etag };
    },
    token: (body, trace) => post('/session/token', body, tokenAnswer, { account: 'known', trace }),
    decide: (body, sub) => post('/session/consents', body, decisions, { account: { sub } }),
    async revokeConsent(body) {
      const answer = await call({ method: 'DELETE', path: '/session/consents', body, account: 'known' });
      return parse(decisions, answer.body, '/session/consents');
    },
    async signOut(key, how) {
      const path = how === undefined ? '/session' : '/session?replaced=true';
      const answer = await call({ method: 'DELETE', path, key });
      if (answer.body === undefined) return {};
      const parsed = parse(signOutAnswer, answer.body, '/session');
      if (parsed.logout_url !== undefined) await requireTls(parsed.logout_url, '/session');
      return parsed;
    },
    async upstreams() {
      const { body } = await call({ method: 'GET', path: '/session/upstreams' });
      return parse(upstreamsAnswer, body, '/session/upstreams');
    },
  };
}
