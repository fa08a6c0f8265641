import { createHash, randomBytes } from 'node:crypto';
import { isLoopbackHost } from '@latchkey/shared/origin.ts';
import type { Clock } from '@latchkey/shared/time.ts';
import * as oauth from 'oauth4webapi';
import { presetOf } from '../config/provider-presets.ts';
import type { UpstreamConfig } from '../config/types.ts';
import { OAuthError, unavailable } from '../errors.ts';
import { errorSummary, type Log } from '../log.ts';
import { classify, type Failure, isAboutClient, type Sent } from './classify-failure.ts';
import { type Configured, createClientCredentials } from './client-credentials.ts';
import { createDiscovery } from './discovery.ts';
import { exchangeError } from './exchange-error.ts';
import { isOfHostedDomain } from './hosted-domain.ts';
import { isGroupsUnreadable, isOverage, readGroups, toClaims, toIdentity } from './identity.ts';
import type { Refusals, RefusedRequest } from './refusals.ts';
import { readTokenAnswer, refreshTokenOf } from './token-answer.ts';
import type {
  AuthorizationInput,
  ExchangeInput,
  Identity,
  ProviderBinding,
  RefreshOutcome,
  Upstream,
} from './types.ts';

/** Timeout for provider requests other than refreshes. */
const requestTimeoutMs = 10_000;
/** A refresh, including its commit, must finish this long before the provider stops accepting the old token. */
const leewayMarginMs = 4_000;

interface UpstreamDeps {
  config: UpstreamConfig;
  /** The secrets or keys as they are now, since a reload can replace them. Default: those of `config`. */
  credentials?: () => Configured;
  /** Limits the size of responses. */
  fetch: typeof globalThis.fetch;
  now: Clock;
  log: Pick<Log, 'warn'>;
  refusals: Pick<Refusals, 'refused' | 'accepted'>;
}

/** Client for one identity provider. oauth4webapi builds and validates every protocol message. */
export function createUpstream({
  config,
  credentials: configured = () => config,
  fetch,
  now,
  log,
  refusals,
}: UpstreamDeps): Upstream {
  const preset = presetOf(config.preset);
  const client: oauth.Client = { client_id: config.clientId, [oauth.clockTolerance]: 30 };
  const refreshDeadlineMs =
    config.refreshLeewayMs > leewayMarginMs
      ? Math.min(requestTimeoutMs, config.refreshLeewayMs - leewayMarginMs)
      : requestTimeoutMs;

  const insecure = new URL(config.issuer).protocol === 'http:' && isLoopbackHost(new URL(config.issuer).hostname);
  /**
   * Records what became of the request: error classification depends on it. If it is sent twice, with two secrets, the
   * second time counts, and both have to fit into the time limit.
   */
  const request = (timeoutMs = requestTimeoutMs) => {
    const seen: Sent = { sent: false, answer: undefined, secrets: [] };
    let limit: AbortSignal | undefined;
    const options = {
      [oauth.customFetch]: async (url: string, init: oauth.CustomFetchOptions<string, unknown>) => {
        seen.sent = true;
        seen.answer = undefined;
        seen.secrets = secretsOf(init.body);
        const response = await fetch(url, init as RequestInit);
        seen.answer = await readTokenAnswer(response);
        return response;
      },
      [oauth.allowInsecureRequests]: insecure,
      signal: () => {
        limit ??= AbortSignal.timeout(timeoutMs);
        return limit;
      },
    };
    return { options, seen };
  };

  /** Tells operators whether the provider accepts this broker as a client. What one person's request lacks is no sign. */
  const noteClient = (asked: RefusedRequest, failure?: Failure) => {
    if (failure?.kind === 'transient') return;
    if (failure?.kind !== 'refused') refusals.accepted(config.name, asked);
    else if (asked === 'refresh' || isAboutClient(failure.refusal))
      refusals.refused(config.name, asked, failure.refusal);
  };

  // Discovery is repeated, so each time has its own limit.
  const discoveryOptions = { ...request().options, signal: () => AbortSignal.timeout(requestTimeoutMs) };
  const metadata = createDiscovery(config.issuer, discoveryOptions, now, config.discoveryUrl);
  const credentials = createClientCredentials(config.name, configured, log);

  /** Whether UserInfo was ever of use. If it was, its failure at a refresh is a disturbance and not the way it is. */
  let hasUserInfo = false;

  /**
   * Asks UserInfo for what the ID token lacks. If it is of no use, the person has no groups, but is signed in: the ID
   * token says who they are.
   *
   * @param isRefresh then the groups of before are still there, and are not given up for a disturbance
   * @throws the cause of a disturbance at a refresh
   */
  async function userInfoOf(as: oauth.AuthorizationServer, accessToken: string, sub: string, isRefresh: boolean) {
    if (!as.userinfo_endpoint || config.userInfo === 'off') return undefined;
    const { options, seen } = request();
    try {
      const response = await oauth.userInfoRequest(as, client, accessToken, options);
      const userInfo = await oauth.processUserInfoResponse(as, client, sub, response);
      hasUserInfo = true;
      return userInfo;
    } catch (error) {
      const status = seen.answer?.status;
      if (isRefresh && hasUserInfo && (status === undefined || status === 429 || status >= 500)) throw error;
      log.warn({ event: 'userinfo_unusable', upstream: config.name, status, cause: errorSummary(error) });
      return undefined;
    }
  }

  async function identityOf(as: oauth.AuthorizationServer, tokens: oauth.TokenEndpointResponse): Promise<Identity> {
    const idToken = oauth.getValidatedIdTokenClaims(tokens);
    if (!idToken)
      throw new OAuthError('upstream_error', 'the identity provider sent no ID token; add openid to its scopes');
    if (!isOfHostedDomain(config, idToken)) {
      throw new OAuthError(
        'access_denied',
        `this account is not of ${config.authorizationParams.hd}; use another account`,
      );
    }
    const complete = hasGroups(idToken) && (idToken.name !== undefined || idToken.email !== undefined);
    const userInfo = complete ? undefined : await userInfoOf(as, tokens.access_token, idToken.sub, false);
    warnOfGroups(idToken, userInfo);
    warnOfOverage(idToken, userInfo);
    return toIdentity(config, { idToken, userInfo, at: now() });
  }

  const hasGroups = (claims: oauth.IDToken | undefined) => readGroups(claims?.[config.groupsClaim]) !== undefined;

  /** Once is enough: a claim of the wrong type is an error in the provider's settings, not in a person's. */
  let hasWarned = false;
  function warnOfGroups(...sources: (Readonly<Record<string, unknown>> | undefined)[]) {
    const claims = sources.map((source) => source?.[config.groupsClaim]);
    if (hasWarned || !claims.some(isGroupsUnreadable)) return;
    hasWarned = true;
    log.warn({ event: 'groups_unreadable', upstream: config.name, claim: config.groupsClaim });
  }

  function warnOfOverage(idToken: oauth.IDToken | undefined, userInfo: oauth.UserInfoResponse | undefined) {
    if (!isOverage(config, { idToken, userInfo })) return;
    log.warn({ event: 'groups_overage', upstream: config.name, idp_sub: idToken?.sub });
  }

  return {
    config,
    preset,
    refreshDeadlineMs,

    async authorizationUrl(input) {
      const as = await metadata();
      if (!as.authorization_endpoint)
        throw new OAuthError('upstream_error', 'the identity provider has no authorization_endpoint');
      const binding = { issuer: as.issuer, nonce: random(), codeVerifier: random() };
      const prompt = promptAt(as, preset, input.prompt);
      let parameters = authorizationParameters(config, preset, { ...input, prompt }, binding);
      if (as.pushed_authorization_request_endpoint) {
        const pushed = await push(as, parameters);
        parameters = new URLSearchParams({ client_id: config.clientId, request_uri: pushed });
      }
      const url = new URL(as.authorization_endpoint);
      for (const [name, value] of parameters) url.searchParams.set(name, value);
      return { url: url.href, issRequired: as.authorization_response_iss_parameter_supported === true, binding };
    },

    async exchange(input) {
      const as = await metadata();
      const { binding } = input;
      if (as.issuer !== binding.issuer) {
        throw new OAuthError(
          'invalid_transaction',
          'the identity provider of this sign-in was replaced in the meantime; start the sign-in again',
        );
      }
      const { options, seen } = request();
      try {
        const parameters = oauth.validateAuthResponse(as, client, callbackParameters(input), input.state);
        const response = await credentials.send(seen, (auth) =>
          oauth.authorizationCodeGrantRequest(
            as,
            client,
            auth,
            parameters,
            input.redirectUri,
            binding.codeVerifier,
            options,
          ),
        );
        const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, {
          expectedNonce: binding.nonce,
          requireIdToken: true,
          ...(input.maxAge === undefined ? {} : { maxAge: input.maxAge }),
        });
        noteClient('sign_in');
        await validateSignature(as, response);
        return { identity: await identityOf(as, tokens), refreshToken: tokens.refresh_token };
      } catch (cause) {
        throw failedSignIn(cause, seen);
      }
    },

    async refresh(refreshToken, idpSub, deadlineMs = refreshDeadlineMs): Promise<RefreshOutcome> {
      const { options, seen } = request(deadlineMs);
      try {
        const as = await metadata();
        const response = await credentials.send(seen, (auth) =>
          oauth.refreshTokenGrantRequest(as, client, auth, refreshToken, options),
        );
        const tokens = await oauth.processRefreshTokenResponse(as, client, response);
        noteClient('refresh');
        const idToken = oauth.getValidatedIdTokenClaims(tokens);
        if (idToken && idToken.sub !== idpSub) throw new Error('the ID token is about another subject');
        // The setting may be newer than the sign-in.
        if (idToken && !isOfHostedDomain(config, idToken)) return { kind: 'ended', error: 'access_denied' };
        const userInfo = hasGroups(idToken) ? undefined : await userInfoOf(as, tokens.access_token, idpSub, true);
        warnOfGroups(idToken, userInfo);
        warnOfOverage(idToken, userInfo);
        const claims = toClaims(config, { idToken, userInfo, at: now() });
        return { kind: 'refreshed', refreshToken: tokens.refresh_token, claims };
      } catch (error) {
        const failure = classify(error, seen, preset.grantEndedErrors);
        noteClient('refresh', failure);
        switch (failure.kind) {
          case 'transient':
            return {
              ...failure,
              kind: 'unavailable',
              cause: errorSummary(error),
              // What discovery says of itself.
              reason: error instanceof OAuthError ? error.message : undefined,
            };
          case 'unusable':
            // The grant was refreshed even though the rest of the response is unusable. A rotated token must not be lost.
            return {
              kind: 'incomplete',
              refreshToken: seen.answer && refreshTokenOf(seen.answer),
              cause: errorSummary(error),
            };
          case 'ended':
          case 'refused':
            return failure;
        }
      }
    },

    async revoke(refreshToken) {
      try {
        const as = await metadata();
        if (!as.revocation_endpoint) return false;
        const { options, seen } = request(3_000);
        const additionalParameters = { token_type_hint: 'refresh_token' };
        const response = await credentials.send(seen, (auth) =>
          oauth.revocationRequest(as, client, auth, refreshToken, { ...options, additionalParameters }),
        );
        await oauth.processRevocationResponse(response);
        return true;
      } catch {
        return false;
      }
    },

    async logoutUrl() {
      const { end_session_endpoint: endpoint } = await metadata();
      if (!endpoint) return undefined;
      const url = new URL(endpoint);
      url.searchParams.set('client_id', config.clientId);
      return url.href;
    },
  };

  async function push(as: oauth.AuthorizationServer, parameters: URLSearchParams): Promise<string> {
    const { options, seen } = request();
    try {
      const response = await credentials.send(seen, (auth) =>
        oauth.pushedAuthorizationRequest(as, client, auth, parameters, options),
      );
      return (await oauth.processPushedAuthorizationResponse(as, client, response)).request_uri;
    } catch (cause) {
      throw failedSignIn(cause, seen);
    }
  }

  async function validateSignature(as: oauth.AuthorizationServer, response: Response): Promise<void> {
    const keys = request();
    try {
      await oauth.validateApplicationLevelSignature(as, response, keys.options);
    } catch (cause) {
      if (!keys.seen.sent || keys.seen.answer?.status === 200) throw cause;
      throw unavailable(
        "the identity provider's keys can't be fetched; try again, and tell your administrator if it keeps failing",
        2_000,
        cause,
      );
    }
  }

  function failedSignIn(cause: unknown, seen: Sent): OAuthError {
    if (cause instanceof OAuthError) return cause;
    const failure = classify(cause, seen);
    noteClient('sign_in', failure);
    return exchangeError(cause, failure);
  }
}

/** 256 bits in base64url. */
const random = () => randomBytes(32).toString('base64url');

function authorizationParameters(
  config: UpstreamConfig,
  preset: Upstream['preset'],
  input: AuthorizationInput,
  { nonce, codeVerifier }: ProviderBinding,
): URLSearchParams {
  const withOffline =
    input.offline && (preset.offlineScope === 'device' ? input.offline !== 'browser' : preset.offlineScope);
  const scopes = config.scopes.filter((scope) => scope !== 'offline_access' || withOffline);
  const parameters = new URLSearchParams({
    response_type: 'code',
    client_id: config.clientId,
    redirect_uri: input.redirectUri,
    scope: scopes.join(' '),
    state: input.state,
    nonce,
    code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...config.authorizationParams,
    ...(input.offline ? preset.offlineParams : {}),
  });
  const optional = { login_hint: input.loginHint, acr_values: input.acrValues, max_age: input.maxAge };
  for (const [name, value] of Object.entries(optional)) if (value !== undefined) parameters.set(name, String(value));
  if (input.prompt !== undefined) parameters.set('prompt', withPrompt(parameters.get('prompt'), input.prompt));
  return parameters;
}

/** Maps a prompt to the value this provider supports: some providers reject the standard value. */
function promptAt(
  { prompt_values_supported: known }: oauth.AuthorizationServer,
  preset: Upstream['preset'],
  prompt: string | undefined,
): string | undefined {
  if (prompt === 'login') return preset.signInPrompt;
  if (prompt !== 'select_account') return prompt;
  return Array.isArray(known) && known.includes(prompt) ? prompt : preset.accountPrompt;
}

/** Combines prompts. `none` must be the only value (OpenID Connect Core §3.1.2.1); others can be combined. */
function withPrompt(present: string | null, wanted: string): string {
  if (present === null || wanted === 'none' || present === wanted) return wanted;
  return `${wanted} ${present}`;
}

function callbackParameters({ code, state, iss }: ExchangeInput): URLSearchParams {
  return new URLSearchParams({ code, state, ...(iss === undefined ? {} : { iss }) });
}

const secretFields = ['code', 'code_verifier', 'refresh_token', 'client_secret', 'client_assertion'];

const secretsOf = (body: unknown): string[] =>
  body instanceof URLSearchParams ? secretFields.flatMap((field) => body.getAll(field)) : [];
