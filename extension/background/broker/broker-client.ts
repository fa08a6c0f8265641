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
import type * as v from 'valibot';
import type { SessionKey } from '../../platform/keys.ts';
import { parseAnswer, requireTls } from './answer.ts';
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

/**
 * Adds types to each endpoint and validates its responses.
 *
 * @param broker the broker's issuer
 */
export function createBrokerClient(call: BrokerCall, broker: () => Promise<string>): BrokerClient {
  const post = async <S extends v.GenericSchema>(
    path: string,
    body: object,
    schema: S,
    about: Pick<BrokerRequest, 'account' | 'trace'> = {},
  ) => parseAnswer(schema, (await call({ method: 'POST', path, body, ...about })).body, path);
  return {
    async authorize(body, trace) {
      const answer = await post('/session/authorize', body, authorizeAnswer, { trace });
      await requireTls(broker, answer.authorization_url, '/session/authorize');
      return answer;
    },
    createSession: (body, trace) => post('/session', body, sessionAnswer, { trace }),
    async refuseSession(body, trace) {
      await call({ method: 'POST', path: '/session/refusal', body, trace });
    },
    async getSession(etag) {
      const answer = await call({ method: 'GET', path: '/session', ifNoneMatch: etag });
      if (answer.status === 304) return undefined;
      return { answer: parseAnswer(sessionAnswer, answer.body, '/session'), etag: answer.etag };
    },
    token: (body, trace) => post('/session/token', body, tokenAnswer, { account: 'known', trace }),
    decide: (body, sub) => post('/session/consents', body, decisions, { account: { sub } }),
    async revokeConsent(body) {
      const answer = await call({ method: 'DELETE', path: '/session/consents', body, account: 'known' });
      return parseAnswer(decisions, answer.body, '/session/consents');
    },
    async signOut(key, how) {
      const path = how === undefined ? '/session' : '/session?replaced=true';
      const answer = await call({ method: 'DELETE', path, key });
      if (answer.body === undefined) return {};
      const parsed = parseAnswer(signOutAnswer, answer.body, '/session');
      if (parsed.logout_url !== undefined) await requireTls(broker, parsed.logout_url, '/session');
      return parsed;
    },
    async upstreams() {
      const { body } = await call({ method: 'GET', path: '/session/upstreams' });
      return parseAnswer(upstreamsAnswer, body, '/session/upstreams');
    },
  };
}
